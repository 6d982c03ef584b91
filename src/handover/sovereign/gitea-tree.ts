/** The tree in the Sovereign's Gitea: put there without overwriting anybody's commits, and taken away again by abort. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Mutation } from '../../engine/mutation.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Commit, GitRemote } from '../../tools/git/git.js';
import { jsonOf } from '../../tools/http/http-json.js';
import type { World } from '../../world/world.js';
import type { Handover } from '../handover.js';
import type { MadeInGitea } from '../record.js';
import { readSource } from './actual-state.js';
import {
  askGitea,
  changeGitea,
  type GitFile,
  giteaHas,
  organizationMutation,
  pushMutation,
  repositoryMutation,
} from './gitea.js';

/**
 * Pushes `files` and answers the branch's head. Where Flux reads the repository already, what is there counts, and nothing is
 * pushed over it. Throws E5111 where people committed to the branch.
 */
export async function placeTree(handover: Handover, remote: GitRemote, files: readonly GitFile[]): Promise<string> {
  const { world, act } = handover;
  const { branch } = world.sovereign.spec.gitops;
  const live = await liveHead(world, remote);
  if (live !== undefined) return live;
  await createRepository(handover, remote);
  await requireOwnCommits(handover, remote);
  const { hash } = await world.tree();
  const message = `Rendered by catalyst for ${world.sovereign.spec.fqdn}\n\nTree ${hash}`;
  return act(await pushMutation(world), (writers) => writers.git.publish(remote, branch, files, message));
}

/** Head of the branch when Flux reads it already; undefined before the pivot. */
export async function liveHead(world: World, remote: GitRemote): Promise<string | undefined> {
  const { own } = await readSource(world);
  return own ? world.git.head(remote, world.sovereign.spec.gitops.branch) : undefined;
}

/** Creates organization and repository where they are missing; the record says which before either is created. */
async function createRepository(handover: Handover, remote: GitRemote): Promise<void> {
  const { world, act, record } = handover;
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  const [hasOrganization, hasRepository] = [
    await giteaHas(world, remote, `/orgs/${organization}`),
    await giteaHas(world, remote, `/repos/${organization}/${repository}`),
  ];
  if (!record.made) {
    record.made = { organization: !hasOrganization, repository: !hasRepository };
    if (hasRepository) record.made.headBefore = (await world.git.head(remote, branch)) ?? null;
    await handover.save();
  }
  if (!hasOrganization) {
    const body = { username: organization, visibility: 'private' };
    await act(organizationMutation(world), (writers) =>
      changeGitea(writers, remote, '/orgs', { method: 'POST', body, ok: [409, 422] }),
    );
  }
  if (!hasRepository) {
    const body = { name: repository, private: true, default_branch: branch, auto_init: false };
    await act(repositoryMutation(world), (writers) =>
      changeGitea(writers, remote, `/orgs/${organization}/repos`, { method: 'POST', body, ok: [409] }),
    );
  }
}

/** Throws E5111 where somebody else committed to the branch: the next push would take their files out of the tree. */
export async function requireOwnCommits({ world, record }: Handover, remote: GitRemote): Promise<void> {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  const commits = (await world.git.history(remote, branch)).filter(({ own }) => !own);
  if (commits.length === 0) return;
  const aside = `rename ${organization}/${repository} in Gitea, or set spec.gitops.repository to another name`;
  throw fail('E5111', peopleText(world, commits), {
    actions: [
      record.made?.repository ? command('handover abort', { 'keep-commits': keepFolder(world, commits) }) : aside,
      command('handover finalize'),
    ],
    data: { commits },
  });
}

function peopleText(world: World, commits: readonly Commit[]): string {
  const { organization, repository } = world.sovereign.spec.gitops;
  const lines = commits
    .slice(0, 10)
    .map(({ sha, author, at, subject }) => `  ${sha.slice(0, 12)} ${at} ${author}: ${subject}`);
  const more = commits.length > 10 ? [`  and ${commits.length - 10} more`] : [];
  return [`People committed to ${organization}/${repository} in the Sovereign's Gitea:`, ...lines, ...more].join('\n');
}

/** A folder that does not exist yet, named after the newest commit. */
function keepFolder(world: World, [newest]: readonly Commit[]): string {
  const folder = join(world.stateDir, 'kept-commits', newest!.sha.slice(0, 12));
  return /^[\w./-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", `'\\''`)}'`;
}

export const removeRepositoryMutation = (world: World): Mutation => ({
  target: repositoryMutation(world).target,
  sentence: `delete repository ${repositoryMutation(world).target.name} in the Sovereign's Gitea, which this handover created`,
});

export const removeOrganizationMutation = (world: World): Mutation => ({
  target: organizationMutation(world).target,
  sentence: `delete organization ${organizationMutation(world).target.name} in the Sovereign's Gitea, which this handover created`,
});

export const moveBackMutation = (world: World, to: string): Mutation => {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  return {
    target: { system: 'git', kind: 'branch', name: `${organization}/${repository}:${branch}` },
    sentence: `move branch ${branch} of ${organization}/${repository} in the Sovereign's Gitea back to ${to}`,
  };
};

/**
 * For abort, before its first change: commits of people that the removal would lose are copied to `folder`, with the whole
 * repository. Throws E5111 with the list where there is no such folder. Answers how many there are.
 */
export async function keepCommits(
  world: World,
  remote: GitRemote,
  made: MadeInGitea,
  folder: string | undefined,
): Promise<number> {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  if (!(await giteaHas(world, remote, `/repos/${organization}/${repository}`))) return 0;
  // Of a repository that was there before, abort takes back the branch alone.
  const all = await world.git.history(remote, made.repository ? undefined : branch);
  const old = made.headBefore ? all.findIndex(({ sha }) => sha === made.headBefore) : -1;
  const commits = (old < 0 ? all : all.slice(0, old)).filter(({ own }) => !own);
  if (commits.length === 0) return 0;
  if (folder === undefined) {
    throw fail('E5111', `${peopleText(world, commits)}\nNothing was changed.`, {
      actions: [command('handover abort', { 'keep-commits': keepFolder(world, commits) })],
      data: { commits },
    });
  }
  await world.git.copyTo(remote, folder);
  const late = (await world.git.history(remote, made.repository ? undefined : branch)).length - all.length;
  if (late !== 0) {
    throw fail('E5111', `People committed to ${organization}/${repository} while it was copied. Nothing was changed.`, {
      actions: [command('handover abort', { 'keep-commits': `${folder}-later` })],
    });
  }
  return commits.length;
}

/** Takes away what the handover created; a branch with people's commits on it, in a repository of theirs, stays. */
export async function removeTree(handover: Handover, remote: GitRemote, kept: number): Promise<void> {
  const { world, act, record } = handover;
  const { organization, repository } = world.sovereign.spec.gitops;
  const { made = {} } = record;
  const path = `/repos/${organization}/${repository}`;
  if (made.repository && (await giteaHas(world, remote, path)))
    await act(removeRepositoryMutation(world), (writers) =>
      changeGitea(writers, remote, path, { method: 'DELETE', ok: [404] }),
    );
  if (kept === 0) await takeBackPush(handover, remote);
  if (!made.organization || !(await giteaHas(world, remote, `/orgs/${organization}`))) return;
  const answer = await askGitea(world, remote, `/orgs/${organization}/repos`);
  const left = jsonOf(answer, `Gitea at ${new URL(remote.url).host}`, z.array(z.unknown()).nullable());
  if (left?.length) return handover.progress.output(`organization ${organization} stays: it has other repositories`);
  await act(removeOrganizationMutation(world), (writers) =>
    changeGitea(writers, remote, `/orgs/${organization}`, { method: 'DELETE', ok: [404] }),
  );
}

/** In a repository that was there before: its branch as it was. Gitea deletes no default branch, so a first one stays. */
async function takeBackPush({ world, act, record, progress }: Handover, remote: GitRemote): Promise<void> {
  const { repository, branch } = world.sovereign.spec.gitops;
  const to = record.made?.headBefore;
  if (to === undefined) return;
  const head = await world.git.head(remote, branch);
  if (head === undefined || head === to) return;
  if (to === null) return progress.output(`branch ${branch} stays in ${repository}, which existed, empty, before`);
  await act(moveBackMutation(world, to), (writers) => writers.git.moveBack(remote, branch, head, to));
}

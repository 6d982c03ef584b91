/** The Sovereign's own Gitea: where the GitOps tree is pushed to. */
import type { Mutation } from '../../engine/mutation.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { GitRemote } from '../../tools/git/git.js';
import type { HttpAnswer } from '../../tools/http/http.js';
import { sealedTree } from '../../walk/credentials/seal-tree.js';
import type { Writers } from '../../world/gate/writers.js';
import type { World } from '../../world/world.js';

export interface GitFile {
  path: string;
  text: string;
}

/** Public address of the repository with the administrator's name and password. Throws E1301 without the Secret. */
export async function giteaRemote(world: World): Promise<GitRemote> {
  const kube = await world.kube();
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'gitea', name: 'gitea-admin' });
  const read = (key: string) => {
    const value = secret?.data?.[key];
    if (typeof value === 'string') return Buffer.from(value, 'base64').toString();
    throw fail('E1301', `Secret gitea/gitea-admin on the Sovereign has no key ${key}.`, {
      actions: [command('ticket run', '376')],
    });
  };
  const { fqdn, gitops } = world.sovereign.spec;
  const remote = {
    url: `https://gitea.${fqdn}/${gitops.organization}/${gitops.repository}.git`,
    username: read('username'),
    password: read('password'),
  };
  world.redactor.register(remote.password);
  return remote;
}

/**
 * Every file of the rendered tree as it will stand in Git, Secrets sealed. Sealing again gives other bytes. Throws E4009
 * without a sealing key.
 */
export async function treeFiles(world: World): Promise<GitFile[]> {
  const tree = await sealedTree(world);
  return tree.folders.flatMap((folder) => folder.files.map(({ path, text }) => ({ path, text })));
}

export const organizationMutation = (world: World): Mutation => {
  const { fqdn, gitops } = world.sovereign.spec;
  return {
    target: { system: 'git', kind: 'organization', name: gitops.organization },
    sentence: `create organization ${gitops.organization} in the Sovereign's Gitea (gitea.${fqdn})`,
  };
};

export const repositoryMutation = (world: World): Mutation => {
  const { organization, repository } = world.sovereign.spec.gitops;
  return {
    target: { system: 'git', kind: 'repository', name: `${organization}/${repository}` },
    sentence: `create repository ${organization}/${repository} in the Sovereign's Gitea`,
  };
};

export async function pushMutation(world: World): Promise<Mutation> {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  const { hash } = await world.tree();
  return {
    target: { system: 'git', kind: 'branch', name: `${organization}/${repository}:${branch}` },
    sentence: `push the rendered tree ${hash.slice(0, 12)} to ${organization}/${repository} branch ${branch} in the Sovereign's Gitea`,
  };
}

const request = (remote: GitRemote, path: string) => ({
  url: `${new URL(remote.url).origin}/api/v1${path}`,
  headers: {
    authorization: `Basic ${Buffer.from(`${remote.username}:${remote.password}`).toString('base64')}`,
    'content-type': 'application/json',
  },
  timeoutMs: 30_000,
});

function accepted(answer: HttpAnswer, ok: readonly number[], asked: string): HttpAnswer {
  if (answer.status < 400 || ok.includes(answer.status)) return answer;
  throw fail('E5004', `Gitea of the Sovereign answered ${answer.status} to ${asked}.`, {
    actions: [command('ticket run', '376'), command('resume')],
  });
}

/** Asks Gitea's API as its administrator. Throws E5004 for answers ≥ 400 that are not in `ok`. */
export async function askGitea(
  world: World,
  remote: GitRemote,
  path: string,
  { ok = [] }: { ok?: readonly number[] } = {},
): Promise<HttpAnswer> {
  return accepted(await world.http({ ...request(remote, path), signal: world.signal, again: true }), ok, `GET ${path}`);
}

/** Changes something by Gitea's API, as its administrator. Throws E5004 for answers ≥ 400 that are not in `ok`. */
export async function changeGitea(
  { http }: Pick<Writers, 'http'>,
  remote: GitRemote,
  path: string,
  { method, body, ok = [] }: { method: 'POST' | 'DELETE'; body?: unknown; ok?: readonly number[] },
): Promise<HttpAnswer> {
  const sent = { ...request(remote, path), method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  return accepted(await http(sent), ok, `${method} ${path}`);
}

/** True when the organization, or the repository in it, exists. */
export async function giteaHas(world: World, remote: GitRemote, path: string): Promise<boolean> {
  return (await askGitea(world, remote, path, { ok: [404] })).status !== 404;
}

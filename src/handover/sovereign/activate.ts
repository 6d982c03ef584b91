/** ACTIVATED, the point of no return: the Sovereign's Flux reads its own Gitea, and the parent refers to its name servers. */
import { z } from 'zod';
import type { Mutation } from '../../engine/mutation.js';
import type { Kube, KubeObject, KubeRef } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import type { GitRemote } from '../../tools/git/git.js';
import { jsonOf } from '../../tools/http/http-json.js';
import { sealedTree } from '../../walk/credentials/seal-tree.js';
import type { World } from '../../world/world.js';
import type { Handover } from '../handover.js';
import { handSecretsToGit, waitForSealed } from './follow-git.js';
import { changeGitea, giteaRemote } from './gitea.js';
import { liveHead } from './gitea-tree.js';

const flux = 'flux-system';
export const gitSecret: KubeRef & { namespace: string } = {
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: flux,
  name: 'sovereign-git',
};
const reader = 'flux-reader';
const fluxWaitMs = 10 * 60_000;

export const tokenMutation: Mutation = {
  target: { system: 'git', kind: 'access token', name: reader },
  sentence: `make access token ${reader} (repositories, read only) in the Sovereign's Gitea for its Flux`,
};

export const secretMutation: Mutation = {
  target: { system: 'sovereign', kind: 'Secret', namespace: flux, name: gitSecret.name },
  sentence: `keep the token of Flux in Secret ${flux}/${gitSecret.name} on the Sovereign, in place of any earlier one`,
};

export function pivotMutation(world: World): Mutation {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  return {
    target: { system: 'sovereign', kind: 'GitRepository', namespace: flux, name: flux },
    sentence: `point the Sovereign's Flux at its own Gitea, ${organization}/${repository} branch ${branch} (point of no return)`,
  };
}

/** The flux-system folder as it stands in Git: source, root Kustomization, one Kustomization per folder. */
export async function fluxObjects(world: World): Promise<KubeObject[]> {
  const tree = await sealedTree(world);
  // Every tree has it: rendering begins with it.
  return tree.folder(flux)!.files.flatMap((file) => file.objects);
}

const tokenName = `generated/${flux}/${gitSecret.name}/password` as const;

/** Creates the read-only token once; Gitea shows it only then, so the store keeps it. One that Gitea refuses is replaced. */
export async function createToken(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const remote = await giteaRemote(world);
  const kept = await world.credentials.find(tokenName);
  if (kept !== undefined && (await opensRepository(world, remote, kept))) return;
  if (!record.made?.token) {
    record.made = { ...record.made, token: true };
    await handover.save();
  }
  const path = `/users/${remote.username}/tokens`;
  const token = await act(tokenMutation, async (writers) => {
    await changeGitea(writers, remote, `${path}/${reader}`, { method: 'DELETE', ok: [404] });
    const body = { name: reader, scopes: ['read:repository'] };
    const answer = await changeGitea(writers, remote, path, { method: 'POST', body });
    return jsonOf(answer, `Gitea at ${new URL(remote.url).host}`, z.object({ sha1: z.string().min(1) })).sha1;
  });
  world.redactor.register(token);
  await world.credentials.set(tokenName, token);
}

async function opensRepository(world: World, remote: GitRemote, token: string): Promise<boolean> {
  const { organization, repository } = world.sovereign.spec.gitops;
  const url = `${new URL(remote.url).origin}/api/v1/repos/${organization}/${repository}`;
  const headers = { authorization: `token ${token}` };
  const { status } = await world.http({ url, headers, signal: world.signal, timeoutMs: 30_000, again: true });
  return status === 200;
}

export const removeTokenMutation: Mutation = {
  target: tokenMutation.target,
  sentence: `delete access token ${reader} in the Sovereign's Gitea, which this handover created`,
};

/** For abort, before the pivot: no Secret has the token yet. */
export async function removeToken({ world, act }: Handover, remote: GitRemote): Promise<void> {
  const path = `/users/${remote.username}/tokens/${reader}`;
  await act(removeTokenMutation, (writers) => changeGitea(writers, remote, path, { method: 'DELETE', ok: [404] }));
  await world.credentials.forget(tokenName);
}

/** Puts the token where Flux signs in with it, in place of an earlier Secret of that name: from here on part of the pivot. */
async function giveFluxAccess({ world, act }: Handover, kube: Kube): Promise<void> {
  const { username } = await giteaRemote(world);
  const password = await world.credentials.get(tokenName);
  const there = await kube.get(gitSecret);
  if (there?.data?.password === Buffer.from(password).toString('base64')) return;
  await act(secretMutation, async (writers) => {
    const writer = await writers.sovereign();
    if (there) await writer.delete(gitSecret);
    await writer.apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: gitSecret.name, namespace: flux },
        type: 'Opaque',
        stringData: { username, password },
      },
    ]);
  });
}

/**
 * Switches, then requires the exact revision everywhere. Throws E5101 on an object that is suspended, and E9001 before the
 * intent is recorded: nothing may come before that.
 */
export async function pivot(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  if (!record.crossing) throw fail('E9001', 'The pivot was called before the intent to cross was recorded.');
  const kube = await world.kube();
  await followHead(handover);
  await giveFluxAccess(handover, kube);
  await handSecretsToGit(handover, kube);
  const objects = await fluxObjects(world);
  await act(pivotMutation(world), async (writers) =>
    (await writers.sovereign()).apply(objects, { forceConflicts: true }),
  );
  const order = ['GitRepository', 'Kustomization'];
  for (const object of objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    await waitForRevision(handover, kube, object);
  }
  await waitForSealed(handover, kube);
}

/** A run killed after the pivot may be continued days later; what people committed since then is what Flux reads. */
async function followHead({ world, record }: Handover): Promise<void> {
  const sha = await liveHead(world, await giteaRemote(world));
  if (sha !== undefined) record.revision = `${world.sovereign.spec.gitops.branch}@sha1:${sha}`;
}

/** Waits until a Flux object is Ready, about its present spec, at the pushed revision. */
export async function waitForRevision(handover: Handover, kube: Kube, object: KubeObject): Promise<void> {
  const { kind, metadata } = object;
  const ref = { apiVersion: object.apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
  const wanted = handover.record.revision;
  handover.progress.waiting(`${kind} ${metadata.namespace}/${metadata.name} at ${wanted}`);
  await kube.waitFor(ref, {
    reason: `${kind} ${metadata.namespace}/${metadata.name} at ${wanted}`,
    timeoutMs: fluxWaitMs,
    look: (seen) => {
      if (!seen) return { pending: 'not there yet' };
      if (seen.spec?.suspend === true) {
        throw fail('E5101', `Flux ${kind} ${metadata.namespace}/${metadata.name} on the Sovereign is suspended.`, {
          actions: [`flux resume ${kind === 'Kustomization' ? 'kustomization' : 'source git'} ${metadata.name}`],
        });
      }
      return fluxState(seen, wanted);
    },
  });
}

interface Condition {
  type: string;
  status: string;
  message?: string;
  observedGeneration?: number;
}

/** Ready at the observed generation and, when `revision` is given, exactly there. */
export function fluxState(object: KubeObject, revision?: string): { done: true } | { pending: string } {
  const { status = {}, metadata } = object;
  const ready = ((status.conditions ?? []) as Condition[]).find((condition) => condition.type === 'Ready');
  // a source that cannot be fetched keeps -1 as what it observed, and says why in its condition
  const failing = ready?.status === 'False' && ready.observedGeneration === metadata.generation;
  if (status.observedGeneration !== metadata.generation && !failing)
    return { pending: 'its controller has not observed the current spec yet' };
  if (ready?.status !== 'True') return { pending: ready?.message ?? 'not Ready' };
  const at = status.artifact?.revision ?? status.lastAppliedRevision;
  if (revision !== undefined && at !== revision) return { pending: `at ${at ?? 'no revision'}` };
  return { done: true };
}

/** ACTIVATED, the point of no return: the Sovereign's Flux reads its own Gitea, and the parent refers to its name servers. */
import { sealedTree } from '../phases/seal-tree.js';
import type { Mutation } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { fail } from '../support/errors.js';
import type { Kube, KubeObject, KubeRef } from '../tools/kube.js';
import { askGitea, giteaRemote } from './gitea.js';
import type { Handover } from './handover.js';

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

export async function pivotMutation(world: World): Promise<Mutation> {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  return {
    target: { system: 'sovereign', kind: 'GitRepository', namespace: flux, name: flux },
    sentence: `point the Sovereign's Flux at its own Gitea, ${organization}/${repository} branch ${branch} (point of no return)`,
  };
}

/** The flux-system folder as it stands in Git: source, root Kustomization, one Kustomization per folder. */
export async function fluxObjects(world: World): Promise<KubeObject[]> {
  const tree = await sealedTree(world);
  const folder = tree.folder(flux) ?? tree.folders.find((one) => one.path.endsWith(`/${flux}`));
  if (!folder) throw fail('E9001', 'The rendered tree has no flux-system folder.');
  return folder.files.flatMap((file) => file.objects);
}

/** Makes the read-only token once; it is shown only then, so an existing Secret with a password is kept. */
export async function giveFluxAccess({ world, act }: Handover): Promise<void> {
  const kube = await world.kube();
  const there = await kube.get(gitSecret);
  const current = there?.data?.password;
  const kept = await world.credentials.find(`generated/${flux}/${gitSecret.name}/password`);
  if (kept !== undefined && current === Buffer.from(kept).toString('base64')) return;
  const remote = await giteaRemote(world);
  const path = `/users/${remote.username}/tokens`;
  const token = await act(tokenMutation, async () => {
    await askGitea(world, remote, `${path}/${reader}`, { method: 'DELETE', ok: [404] });
    const body = { name: reader, scopes: ['read:repository'] };
    const answer = await askGitea(world, remote, path, { method: 'POST', body });
    return (JSON.parse(answer.text) as { sha1: string }).sha1;
  });
  world.redactor.register(token);
  await world.credentials.set(`generated/${flux}/${gitSecret.name}/password`, token);
  await act(secretMutation, async () => {
    if (there) await kube.delete(gitSecret);
    await kube.apply([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: gitSecret.name, namespace: flux },
        type: 'Opaque',
        stringData: { username: remote.username, password: token },
      },
    ]);
  });
}

/** Switches, then requires the exact revision everywhere. Throws E5101 on an object that is suspended. */
export async function pivot(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const kube = await world.kube();
  const objects = await fluxObjects(world);
  await act(await pivotMutation(world), () => kube.apply(objects, { forceConflicts: true }));
  record.pointOfNoReturnAt ??= world.clock.now().toISOString();
  const order = ['GitRepository', 'Kustomization'];
  for (const object of objects.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))) {
    await waitForRevision(handover, kube, object);
  }
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
    return { pending: 'its present spec was not looked at yet' };
  if (ready?.status !== 'True') return { pending: ready?.message ?? 'not Ready' };
  const at = status.artifact?.revision ?? status.lastAppliedRevision;
  if (revision !== undefined && at !== revision) return { pending: `at ${at ?? 'no revision'}` };
  return { done: true };
}

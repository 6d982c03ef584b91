/**
 * Load balancers and volumes that controllers made at Hetzner go while the controllers live: afterwards nobody knows them.
 * Nodes are cordoned first, so that no operator starts anew what holds a volume.
 */
import type { Act } from '../phases/gate.js';
import type { World } from '../phases/world.js';
import { messageOf } from '../support/errors.js';
import { waitUntil } from '../support/wait.js';
import type { Kube, KubeObject } from '../tools/kube.js';
import type { Context } from './context.js';
import { openSession } from './session.js';
import { withGate } from './with-gate.js';

const drainMs = 180_000;
const csiDriver = 'csi.hetzner.cloud';

export interface Drained {
  /** False when the cluster could not be reached; then `why`. */
  reached: boolean;
  why?: string;
  /** Volumes at Hetzner, by id, whose PersistentVolume says Retain: they are a person's to delete. */
  retained: RetainedVolume[];
}

export interface RetainedVolume {
  /** Id at Hetzner. */
  volume: string;
  /** Namespace and name. */
  claim: string;
}

/**
 * `plan`: hash of the purge plan that the drain belongs to.
 * Throws nothing for a cluster that cannot be reached or does not finish: it is destroyed all the same, and what it leaves is
 * traced by network and server.
 */
export async function drainCluster(context: Context, world: World, plan: string): Promise<Drained> {
  let kube: Kube;
  try {
    kube = await world.kube();
    await kube.raw('/readyz');
  } catch (error) {
    context.signal.throwIfAborted();
    const why = messageOf(error);
    context.output.note(`The cluster is not drained: ${why}`);
    return { reached: false, why, retained: [] };
  }
  return withGate(await openSession(context), { id: 'cluster', phase: 1 }, async (gate) => {
    const act: Act = (mutation, change, options) => gate(mutation, change, { ...options, plan });
    const volumes = await persistentVolumes(kube);
    if (volumes.length > 0) await cordon(kube, act);
    const balancers = (await kube.list({ apiVersion: 'v1', kind: 'Service' })).filter(isBalancer);
    const claims = (await kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' })).filter(isCsiClaim(volumes));
    const pods = (await kube.list({ apiVersion: 'v1', kind: 'Pod' })).filter((pod) => mounts(pod, claims));
    for (const object of [...balancers, ...claims]) await remove(act, object);
    for (const pod of pods) await remove(act, pod);
    await gone(context, 'load balancers of Services', async () =>
      (await kube.list({ apiVersion: 'v1', kind: 'Service' })).filter(isBalancer),
    );
    await gone(context, 'volumes of claims', async () => (await persistentVolumes(kube)).filter(isDeleted));
    return { reached: true, retained: retainedOf(volumes) };
  });
}

/** Read before anything is planned: a run that dies later must not forget what is to be kept. None when the cluster does not answer. */
export async function retainedVolumes(context: Context, world: World): Promise<RetainedVolume[]> {
  try {
    return retainedOf(await persistentVolumes(await world.kube()));
  } catch {
    context.signal.throwIfAborted();
    return [];
  }
}

function retainedOf(volumes: readonly KubeObject[]): RetainedVolume[] {
  return volumes
    .filter((volume) => !isDeleted(volume))
    .map(({ spec }) => ({
      volume: String(spec.csi.volumeHandle),
      claim: `${spec.claimRef?.namespace ?? '?'}/${spec.claimRef?.name ?? '?'}`,
    }));
}

async function persistentVolumes(kube: Kube): Promise<KubeObject[]> {
  const all = await kube.list({ apiVersion: 'v1', kind: 'PersistentVolume' });
  return all.filter(({ spec }) => spec?.csi?.driver === csiDriver);
}

const isBalancer = ({ spec }: KubeObject) => spec?.type === 'LoadBalancer';
/** Its driver deletes the volume at Hetzner when the claim has gone. */
const isDeleted = ({ spec }: KubeObject) => spec?.persistentVolumeReclaimPolicy === 'Delete';

function isCsiClaim(volumes: readonly KubeObject[]) {
  const bound = new Set(volumes.map(({ spec }) => `${spec.claimRef?.namespace}/${spec.claimRef?.name}`));
  return ({ metadata }: KubeObject) =>
    bound.has(`${metadata.namespace}/${metadata.name}`) ||
    Object.values(metadata.annotations ?? {}).includes(csiDriver);
}

function mounts({ metadata, spec }: KubeObject, claims: readonly KubeObject[]): boolean {
  const names = new Set(
    claims.filter((claim) => claim.metadata.namespace === metadata.namespace).map((claim) => claim.metadata.name),
  );
  const volumes: { persistentVolumeClaim?: { claimName?: string } }[] = spec?.volumes ?? [];
  return volumes.some((volume) => names.has(volume.persistentVolumeClaim?.claimName ?? ''));
}

async function cordon(kube: Kube, act: Act): Promise<void> {
  for (const { metadata, spec } of await kube.list({ apiVersion: 'v1', kind: 'Node' })) {
    if (spec?.unschedulable === true) continue;
    const target = { system: 'sovereign' as const, kind: 'Node', name: metadata.name };
    const sentence = `cordon node ${metadata.name}, so that nothing takes a volume anew`;
    const node = { apiVersion: 'v1', kind: 'Node', name: metadata.name };
    await act({ target, sentence }, async (writers) =>
      (await writers.sovereign()).patch(node, { spec: { unschedulable: true } }),
    );
  }
}

async function remove(act: Act, { kind, metadata }: KubeObject): Promise<void> {
  const { namespace, name } = metadata;
  const target = { system: 'sovereign' as const, kind, name, namespace };
  const why = kind === 'Pod' ? 'so that it lets go of its volumes' : 'so that its controller frees what it made';
  await act({ target, sentence: `delete ${kind} ${namespace}/${name}, ${why}` }, async (writers) =>
    (await writers.sovereign()).delete({ apiVersion: 'v1', kind, namespace, name }),
  );
}

async function gone(context: Context, what: string, list: () => Promise<KubeObject[]>): Promise<void> {
  await waitUntil({
    reason: `controllers to free ${what}`,
    timeoutMs: drainMs,
    clock: context.clock,
    signal: context.signal,
    onPending: (pending) => context.output.note(`waiting: ${pending}`),
    look: async () => {
      const names = (await list()).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      return names.length === 0 ? { done: true } : { pending: `still there: ${names.join(', ')}` };
    },
  }).catch((error: unknown) => {
    context.signal.throwIfAborted();
    context.output.warn(messageOf(error));
  });
}

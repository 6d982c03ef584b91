/**
 * Servers, load balancers and volumes that controllers made at Hetzner go while the controllers live: afterwards nobody knows them.
 * Nodes are cordoned first, so that no operator starts anew what holds a volume.
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { answeringKube } from '../../world/kube-if-any.js';
import type { Act, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { hetznerClaims, isUnclaimed } from './hetzner-claims.js';

const drainMs = 180_000;
/** An API server that starts anew may take that long; after it, nobody is asked which volumes are to be retained. */
const patienceMs = 60_000;
const csiDriver = 'csi.hetzner.cloud';

export interface Drained {
  /** False when the cluster could not be reached; then `why`. */
  reached: boolean;
  why?: string;
  /** Volumes at Hetzner, by id, whose PersistentVolume says Retain: they are a person's to delete. */
  retained: RetainedVolume[];
  /** Ids of all volumes at Hetzner that PersistentVolumes of the cluster named. */
  volumes: string[];
}

export interface RetainedVolume {
  /** Id at Hetzner. */
  volume: string;
  /** Namespace and name. */
  claim: string;
}

const drained = (world: World) => answeringKube(world, patienceMs);

/** What the drain of a cluster that answers would change; nothing for one that does not. */
export async function drainMutations(world: World): Promise<Mutation[]> {
  try {
    const { claims, cordons, removals } = await planDrain(await drained(world));
    return [...claims.map(removeMutation), ...cordons.map(cordonMutation), ...removals.map(removeMutation)];
  } catch {
    world.signal.throwIfAborted();
    return [];
  }
}

/**
 * `plan`: hash of the purge plan that the drain belongs to.
 * Throws nothing for a cluster that cannot be reached or does not finish: it is destroyed all the same, and what it leaves is
 * traced by network and server.
 */
export async function drainCluster(world: World, context: StepContext, plan: string): Promise<Drained> {
  const { progress } = context;
  let kube: Kube;
  try {
    kube = await drained(world);
  } catch (error) {
    world.signal.throwIfAborted();
    const why = messageOf(error);
    progress.output(`The cluster is not drained: ${why}`);
    return { reached: false, why, retained: [], volumes: [] };
  }
  const act: Act = (mutation, change, options) => context.act(mutation, change, { ...options, plan });
  const { volumes, claims, cordons, removals } = await planDrain(kube);
  for (const claim of claims)
    await act(removeMutation(claim), async (writers) => (await writers.sovereign()).delete(refOfObject(claim)));
  await gone(world, context, 'what claims made at Hetzner', async () => (await hetznerClaims(kube)).composites);
  for (const node of cordons)
    await act(cordonMutation(node), async (writers) =>
      (await writers.sovereign()).patch(refOfObject(node), { spec: { unschedulable: true } }),
    );
  for (const object of removals)
    await act(removeMutation(object), async (writers) => (await writers.sovereign()).delete(refOfObject(object)));
  await gone(world, context, 'load balancers of Services', async () =>
    (await kube.list({ apiVersion: 'v1', kind: 'Service' })).filter(isBalancer),
  );
  await gone(world, context, 'volumes of claims', async () => (await persistentVolumes(kube)).filter(isDeleted));
  return {
    reached: true,
    retained: retainedOf(volumes),
    volumes: volumes.map(({ spec }) => String(spec.csi.volumeHandle)),
  };
}

/** Claims of Crossplane to remove, nodes to cordon; Services, volume claims and Pods to remove, in this order. */
async function planDrain(kube: Kube) {
  const list = async (kind: string): Promise<KubeObject[]> =>
    (await kube.list({ apiVersion: 'v1', kind })).map((object) => ({ ...object, apiVersion: 'v1', kind }));
  const volumes = await persistentVolumes(kube);
  const nodes = volumes.length > 0 ? await list('Node') : [];
  const balancers = (await list('Service')).filter(isBalancer);
  const volumeClaims = (await list('PersistentVolumeClaim')).filter(isCsiClaim(volumes));
  const pods = (await list('Pod')).filter((pod) => mounts(pod, volumeClaims));
  const made = await hetznerClaims(kube);
  return {
    volumes,
    claims: [...made.claims, ...made.composites.filter(isUnclaimed)],
    cordons: nodes.filter(({ spec }) => spec?.unschedulable !== true),
    removals: [...balancers, ...volumeClaims, ...pods],
  };
}

/** Read before anything is planned: a run that dies later must not forget what is to be kept. Undefined when the cluster does not answer. */
export async function retainedVolumes(world: World): Promise<RetainedVolume[] | undefined> {
  try {
    return retainedOf(await persistentVolumes(await drained(world)));
  } catch {
    world.signal.throwIfAborted();
    return undefined;
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

function cordonMutation({ metadata: { name } }: KubeObject): Mutation {
  return {
    target: { system: 'sovereign', kind: 'Node', name },
    sentence: `cordon node ${name}, so that nothing attaches a volume again`,
    reversible: true,
  };
}

function removeMutation({ kind, metadata: { namespace, name } }: KubeObject): Mutation {
  const why = kind === 'Pod' ? 'so that it lets go of its volumes' : 'so that its controller frees what it made';
  return {
    target: { system: 'sovereign', kind, name, namespace },
    sentence: `delete ${kind} ${namespace ? `${namespace}/` : ''}${name}, ${why}`,
  };
}

async function gone(
  { clock, signal }: World,
  { progress }: StepContext,
  what: string,
  list: () => Promise<KubeObject[]>,
): Promise<void> {
  await waitUntil({
    reason: `controllers to free ${what}`,
    timeoutMs: drainMs,
    clock,
    signal,
    onPending: progress.waiting,
    look: async () => {
      const names = (await list()).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      return names.length === 0 ? { done: true } : { pending: `still there: ${names.join(', ')}` };
    },
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    progress.output(messageOf(error));
  });
}

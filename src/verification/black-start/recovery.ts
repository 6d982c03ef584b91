/** Whether a Sovereign is back after its start: nodes, Pods, databases and probes, as they are now and against what they were before. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { conditionOf, nameOf, readinessOf } from '../../kubernetes/readiness.js';
import { messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import { probeNamespace } from '../../walk/probes/probe-objects.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Probe, Seen } from '../experiment/sampler.js';
import type { BlackStartSeen, NodeBoots, PodsSeen } from './seen.js';

/** How long one thing may take to answer. */
export const answersMs = 5000;

export interface Before {
  /** Boot ids by name of the node. */
  boots: Record<string, string>;
  /** Start of the first container, by uid of a Pod that ran. */
  started: Record<string, string>;
}

const listNodes = (kube: Kube) => kube.list({ apiVersion: 'v1', kind: 'Node' });
const bootOf = (node: KubeObject): string => String(node.status?.nodeInfo?.bootID ?? '');
const startOf = (pod: KubeObject): string | undefined => pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;

/** Pods that are to run for as long as they are there; those of probes come and go. */
async function listPods(kube: Kube): Promise<KubeObject[]> {
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod' });
  return pods.filter(
    ({ metadata, spec, status }) =>
      metadata.namespace !== probeNamespace &&
      metadata.deletionTimestamp === undefined &&
      (spec?.restartPolicy ?? 'Always') === 'Always' &&
      status?.phase !== 'Succeeded' &&
      status?.phase !== 'Failed',
  );
}

export async function asItWas(kube: Kube): Promise<Before> {
  const [nodes, pods] = await Promise.all([listNodes(kube), listPods(kube)]);
  const started = pods.flatMap((pod) => {
    const at = startOf(pod);
    return at === undefined ? [] : [[String(pod.metadata.uid), at] as const];
  });
  return {
    boots: Object.fromEntries(nodes.map((node) => [node.metadata.name, bootOf(node)])),
    started: Object.fromEntries(started),
  };
}

/** Waits for servers that were just powered on. Throws E4003 when they take longer. @param reason what it is waited for */
export async function untilApiAnswers(
  world: Pick<World, 'kube' | 'signal' | 'clock'>,
  { reason, ...wait }: Pick<Parameters<typeof waitUntil>[0], 'reason' | 'timeoutMs' | 'signal' | 'onPending'>,
): Promise<void> {
  await waitUntil<true>({
    ...{ reason: `the Kubernetes API, ${reason}`, ...wait, clock: world.clock, maxPauseMs: answersMs },
    look: async () => {
      const why = await askApi(world, wait.signal);
      return why === undefined ? { done: true } : { pending: why };
    },
  });
}

/** Why the Kubernetes API does not answer; undefined when it does. Over a connection of its own: old ones ended with the machines. */
export async function askApi(
  world: Pick<World, 'kube' | 'signal'>,
  until: AbortSignal = world.signal,
): Promise<string | undefined> {
  try {
    const kube = await world.kube();
    const signal = AbortSignal.any([until, AbortSignal.timeout(answersMs)]);
    const { status } = await kube.raw('/readyz', { once: true, fresh: true, signal });
    return status === 200 ? undefined : `the Kubernetes API answers ${status}`;
  } catch (error) {
    until.throwIfAborted();
    return `the Kubernetes API does not answer: ${messageOf(error)}`;
  }
}

/** One look of each probe; the reason of those that are not green, an empty one of the others. */
export async function lookAll(
  probes: readonly Probe[],
  signal: AbortSignal,
  ms: number = answersMs,
): Promise<{ name: string; why: string; seen?: Seen }[]> {
  return Promise.all(
    probes.map(async ({ name, look }) => {
      try {
        const seen = await look({ signal: AbortSignal.any([signal, AbortSignal.timeout(ms)]), fresh: true });
        return { name, why: seen.bad ?? '', seen };
      } catch (error) {
        signal.throwIfAborted();
        return { name, why: `no answer: ${messageOf(error)}` };
      }
    }),
  );
}

/** How far the servers' clocks are ahead of ours, in milliseconds; 0 when they say nothing. */
export async function aheadOf(
  probes: readonly Probe[],
  { clock, signal }: Pick<World, 'clock' | 'signal'>,
): Promise<number> {
  const looked = await lookAll(probes, signal);
  const now = clock.now().getTime();
  const ahead = looked.flatMap(({ seen }) => (seen?.date === undefined ? [] : [seen.date - now])).sort((a, b) => a - b);
  return ahead[Math.floor(ahead.length / 2)] ?? 0;
}

type State = Pick<BlackStartSeen, 'nodes' | 'pods' | 'databases' | 'probes'>;

/** Looks until all is back; what was seen last, and what was missing then. */
export async function untilRecovered(
  world: World,
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
  { before, probes, timeoutMs }: { before: Before; probes: readonly Probe[]; timeoutMs: number },
): Promise<State & { pending?: string }> {
  const state: State = { nodes: nodesOf([], before), databases: [], probes: {} };
  let pending: string | undefined;
  await waitUntil<true>({
    reason: 'the Sovereign to be back after its start',
    ...{ timeoutMs, clock: world.clock, signal, onPending: progress.waiting, pauseMs: 250 },
    look: async () => {
      pending = await missing(world, state, { before, probes, signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        return messageOf(error);
      });
      return pending === undefined ? { done: true } : { pending };
    },
  }).catch(() => signal.throwIfAborted());
  return { ...state, ...(pending === undefined ? {} : { pending }) };
}

/** The first thing that is not back, from the bottom up; `state` is what was seen. */
async function missing(
  world: World,
  state: State,
  { before, probes, signal }: { before: Before; probes: readonly Probe[]; signal: AbortSignal },
): Promise<string | undefined> {
  const silent = await askApi(world);
  if (silent !== undefined) return silent;
  const kube = await world.kube();
  state.nodes = nodesOf(await listNodes(kube), before);
  const down = Object.keys(state.nodes).find((name) => state.nodes[name]!.after === undefined);
  if (down !== undefined) return `node ${down} is not Ready again`;
  state.pods = podsOf(await listPods(kube), before);
  const databases = await kube.list({ apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster' });
  state.databases = databases.map(({ metadata: { namespace, name }, spec, status }) => ({
    name: `${namespace}/${name}`,
    ready: Number(status?.readyInstances ?? 0),
    wanted: Number(spec?.instances ?? 1),
  }));
  const [pod] = state.pods.notReady;
  if (pod !== undefined) return `${pod} is not Ready`;
  const [ranOn] = state.pods.ranOn;
  if (ranOn !== undefined && Object.values(state.nodes).every((node) => node.after !== node.before))
    return `Pod ${ranOn} has not been started again`;
  const waiting = databases.map(readinessOf).find((one) => !('ready' in one));
  if (waiting) return Object.values(waiting)[0] as string;
  const looked = await lookAll(probes, signal);
  state.probes = Object.fromEntries(looked.map(({ name, why }) => [name, why]));
  const red = looked.find(({ why }) => why !== '');
  return red && `${red.name}: ${red.why}`;
}

function nodesOf(nodes: readonly KubeObject[], { boots }: Before): Record<string, NodeBoots> {
  const known = new Map(nodes.map((node) => [node.metadata.name, node]));
  return Object.fromEntries(
    Object.entries(boots).map(([name, before]) => {
      const node = known.get(name);
      const isReady = node && conditionOf(node, 'Ready')?.status === 'True';
      return [name, { before, ...(isReady ? { after: bootOf(node) } : {}) }];
    }),
  );
}

function podsOf(pods: readonly KubeObject[], { started }: Before): PodsSeen {
  const place = ({ metadata: { namespace, name } }: KubeObject) => `${namespace}/${name}`;
  const notReady = pods.filter((pod) => conditionOf(pod, 'Ready')?.status !== 'True');
  const ranOn = pods.filter((pod) => {
    const at = started[String(pod.metadata.uid)];
    return at !== undefined && at === startOf(pod);
  });
  return {
    total: pods.length,
    notReady: notReady.map((pod) => {
      const why = conditionOf(pod, 'Ready')?.message;
      return why ? `${nameOf(pod)} (${why})` : nameOf(pod);
    }),
    ranOn: ranOn.map(place),
  };
}

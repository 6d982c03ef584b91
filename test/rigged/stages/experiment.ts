/** The kill experiment in memory: a mother, probes and a clock that leaps. What samples, watches, exercises and judges is the real thing. */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { discoverCatalyst } from '../../../src/mother/discover.js';
import { killSurvived } from '../../../src/verification/dod/checks/independence.js';
import { verdictOf } from '../../../src/verification/dod/item.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import type { ExercisePlan } from '../../../src/verification/experiment/exercises.js';
import { type Experiment, judge } from '../../../src/verification/experiment/experiment.js';
import type { CutSeen } from '../../../src/verification/experiment/judge/cut.js';
import { exerciseWhileRed } from '../../../src/verification/experiment/kill-window.js';
import type { Change } from '../../../src/verification/experiment/mother/audit.js';
import type { InsideCanary } from '../../../src/verification/experiment/mother/canary-inside.js';
import { startDownTime } from '../../../src/verification/experiment/mother/down-time.js';
import { watchMother } from '../../../src/verification/experiment/mother/watch.js';
import { canaryName } from '../../../src/verification/experiment/probes.js';
import { type Probe, type Seen, startSampler } from '../../../src/verification/experiment/sampler.js';
import { fakeGate, fakeWorld } from '../../fakes/fake-world.js';
import { orderedClock } from '../../fakes/ordered-clock.js';
import { type MemoryCluster, memoryCluster, motherCluster, sovereign } from '../../unit/handover/rig.js';
import type { Judgement, Stage } from '../rigged-world.js';

export type Answer = (t: number, signal: AbortSignal) => Seen | Promise<Seen>;

export interface ExperimentWorld {
  mother: MemoryCluster;
  clock: ReturnType<typeof orderedClock>;
  /** By name of the probe; `t` in milliseconds since the start. */
  answers: Map<string, Answer>;
  exercises: ExercisePlan[];
  /** What the wall clock is ahead of the other one. */
  wallAhead: (t: number) => number;
  /** What a Pod of the Sovereign hears of the mother; the status of her page when left out. */
  heardInside?: (t: number) => number;
  audit: Change[];
  cut?: CutSeen;
  maxOutageMs: number;
  lab: boolean;
  /** Does it in the window, `ms` after the fault. */
  later(ms: number, act: () => unknown): void;
  /** The object there, to be changed in place. */
  at(key: string): KubeObject;
  /** Milliseconds since the start, at the fault. */
  faultAt: number;
  /** Whether the mother's page is served by something. */
  isServed(): boolean;
}

export const console = 'console';
export const loopback = 'witness: loopback';
export const cloud = 'witness: cloud';
const windowMs = 20_000;
const undoJob = 'catalyst/undo';
const pods = 'Pod catalyst/catalyst-api-1';
const slice = 'EndpointSlice catalyst/catalyst-api-x';

const labels = { app: 'catalyst-api' };
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => {
  const { metadata, ...rest } = more as Partial<KubeObject>;
  return { apiVersion, kind, metadata: { name, namespace: 'catalyst', uid: name, ...metadata }, ...rest };
};

function put(mother: MemoryCluster, ...objects: KubeObject[]): void {
  for (const one of objects) mother.objects.set(`${one.kind} ${one.metadata.namespace}/${one.metadata.name}`, one);
}

/** What the controllers do when the Deployment asks for that many. */
export function scaled({ mother, at }: Pick<ExperimentWorld, 'mother' | 'at'>, replicas: number): void {
  const deployment = at('Deployment catalyst/catalyst-api');
  deployment.spec.replicas = replicas;
  deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1;
  deployment.status = { observedGeneration: deployment.metadata.generation, replicas, readyReplicas: replicas };
  if (replicas === 0) for (const key of [pods, slice]) mother.objects.delete(key);
  else put(mother, object('v1', 'Pod', 'catalyst-api-1', { metadata: { labels } }), endpointsOf('10.0.0.7'));
}

export const endpointsOf = (address: string) =>
  object('discovery.k8s.io/v1', 'EndpointSlice', 'catalyst-api-x', {
    metadata: { labels: { 'kubernetes.io/service-name': 'catalyst-api' } },
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  });

function experimentWorld(): ExperimentWorld {
  const clock = orderedClock();
  const mother = motherCluster({});
  const at = (key: string) => mother.objects.get(key)!;
  const deployment = at('Deployment catalyst/catalyst-api');
  deployment.spec.selector = { matchLabels: labels };
  deployment.spec.template.metadata = { labels };
  put(mother, object('v1', 'Service', 'catalyst-api', { spec: { selector: labels } }));
  scaled({ mother, at }, 1);
  const isServed = () => mother.objects.has(slice);
  const fine: Answer = () => ({ status: 200 });
  return {
    mother,
    clock,
    answers: new Map<string, Answer>([
      [canaryName, () => (isServed() ? { status: 200 } : { status: 503, bad: 'answered 503' })],
      [console, fine],
      [loopback, fine],
      [cloud, fine],
    ]),
    exercises: [
      { name: 'a push rolls out', class: 'gitops', run: async () => clock.sleep(4000).then(() => 'rolled out') },
    ],
    wallAhead: () => 0,
    audit: [],
    maxOutageMs: 0,
    lab: false,
    faultAt: 5100,
    later: (ms, act) => void clock.sleep(5100 + ms).then(act),
    at,
    isServed,
  };
}

const classOf = (name: string): Probe['class'] =>
  name === canaryName ? 'control' : name.startsWith('witness') ? 'witness' : 'sovereign';

async function run(rigged: ExperimentWorld): Promise<Experiment> {
  const { mother, clock, faultAt, isServed } = rigged;
  const start = clock.now().getTime();
  const wall = { ...clock, now: () => new Date(start + clock.passedMs() + rigged.wallAhead(clock.passedMs())) };
  const world = fakeWorld({ sovereign: sovereign(), clock: wall, mother: async () => mother.kube });
  const { context } = fakeGate({});
  const probes = [...rigged.answers].map(
    ([name, answer]): Probe => ({
      name,
      class: classOf(name),
      look: async ({ signal }) => answer(clock.passedMs(), signal),
    }),
  );
  const { signal } = context;
  const times = { monotonic: clock.passedMs };
  const sampler = startSampler(probes, { clock: wall, times, intervalMs: 500, signal });
  const catalyst = await discoverCatalyst(mother.kube, world.sovereign);
  put(
    mother,
    object('batch/v1', 'Job', 'undo', { metadata: { annotations: { 'catalyst.openova.io/armed': 'true' } } }),
  );
  const watching = watchMother(mother.kube, {
    catalyst,
    undoJob: () => undoJob,
    clock: wall,
    now: sampler.now,
    signal,
  });
  const words: InsideCanary['words'] = [];
  const inside: InsideCanary = {
    words,
    isUsable: true,
    notExercised: [],
    async listen() {
      const from = sampler.now();
      const status = rigged.heardInside?.(from) ?? (isServed() ? 200 : 503);
      await clock.sleep(200);
      const word = { from, to: sampler.now(), status };
      words.push(word);
      return word;
    },
  };
  await inside.listen();
  await clock.sleep(faultAt - sampler.now());
  rigged.at('Kustomization flux-system/catalyst-platform').spec.suspend = true;
  scaled(rigged, 0);
  const begun: Promise<unknown>[] = [];
  const down = startDownTime(wall, { now: sampler.now, faultAt, windowMs });
  const fault = { sampler, watching, inside, faultAt, down, begun };
  const exercises = await exerciseWhileRed(world, context, fault, { windowMs, exercises: rigged.exercises });
  down.close();
  const undoAt = sampler.now();
  scaled(rigged, 1);
  await Promise.allSettled(begun);
  await clock.sleep(6000);
  await watching.stop();
  await sampler.stop();
  return judge({
    startedAt: new Date(start).toISOString(),
    window: {
      ...{ requestedMs: windowMs, intervalMs: 500, maxOutageMs: rigged.maxOutageMs },
      ...{ baselineFrom: 0, faultAt, undoAt, endedAt: sampler.now() },
    },
    control: { name: canaryName, url: 'https://mother/' },
    probeClasses: Object.fromEntries(probes.map((probe) => [probe.name, probe.class])),
    samples: sampler.samples,
    jumps: sampler.jumps,
    loads: [],
    watch: watching.watch,
    canaryInside: words,
    exercises,
    notExercised: [],
    undo: { job: undoJob, armedBeforeFault: true, differences: [] },
    audit: rigged.audit,
    ...(rigged.cut ? { cut: rigged.cut } : {}),
    protectedDifferences: [],
    lab: rigged.lab,
  });
}

async function answer(experiment: Experiment): Promise<Judgement> {
  const { status, reason } = await killSurvived({ experiment } as Scope);
  return { status, reason, verdict: verdictOf([{ id: 'D17', status }], experiment, true) };
}

export const onExperiment: Stage<ExperimentWorld> = {
  honest: experimentWorld,
  judge: async (rigged) => answer(await run(rigged)),
};
export { memoryCluster, object as onMother, put };

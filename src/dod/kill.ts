/**
 * The kill experiment (dod.md §4): baseline, undo armed on the mother, catalyst-api to 0, exercises while the canary is red,
 * undo, after-check. Whatever happens in between, the undo is made; and when this process dies, the mother makes it.
 */
import { requireIdle, startCatalyst, stopCatalyst } from '../handover/erase.js';
import { lookAtCatalyst, takeInventory } from '../handover/handover.js';
import { jobLabel } from '../mother/claim-jobs.js';
import { compareFingerprints } from '../mother/compare-fingerprints.js';
import type { CatalystOnMother } from '../mother/discover.js';
import { takeFingerprint } from '../mother/fingerprint.js';
import { undoObjects } from '../mother/undo-job.js';
import type { Mutation, StepContext } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { messageOf } from '../support/errors.js';
import { hashOf } from '../support/hash.js';
import { waitUntil } from '../support/wait.js';
import { type Kube, type KubeObject, refOfObject } from '../tools/kube.js';
import { type Exercise, type Experiment, judge } from './experiment.js';
import { canaryName, canaryUrl, probesOf } from './probes.js';
import { type Sampler, startSampler } from './sampler.js';
import { steadyBaseline, steadyWithinMs, untilGreen } from './steady.js';

export interface KillOptions {
  windowMs: number;
  baselineMs: number;
  intervalMs: number;
  /** Addresses of the Sovereign's name servers. */
  nameServers: readonly string[];
  exercises: readonly { name: string; class: string; run(): Promise<string> }[];
  notExercised: { class: string; reason: string }[];
  lab: boolean;
}

/** How much longer than the longest good experiment the armed undo waits, so that it never shortens one. */
const graceMs = 180_000;
const redWithinMs = 120_000;

function undoMutation(object: KubeObject, verb: 'arm' | 'disarm'): Mutation {
  const { namespace, name } = object.metadata;
  return {
    target: { system: 'mother', kind: object.kind, namespace, name: name.replace(/-[^-]+$/, '') },
    sentence: `${verb} the undo of the kill experiment: ${object.kind} ${namespace}/${name.replace(/-[^-]+$/, '')} on the mother`,
  };
}

/** What the experiment changes, apart from its exercises. */
export async function killMutations(world: World): Promise<Mutation[]> {
  const { scaleMutation, ownerMutation } = await import('../handover/erase.js');
  const catalyst = await lookAtCatalyst(world);
  const armed = undoObjects(catalyst, {
    fqdn: world.sovereign.spec.fqdn,
    runId: world.runId,
    seconds: 0,
    until: world.clock.now(),
  });
  const [suspend, resume] = [ownerMutation(catalyst, 'suspend'), ownerMutation(catalyst, 'resume')];
  return [
    ...armed.map((object) => undoMutation(object, 'arm')),
    ...(suspend ? [suspend] : []),
    scaleMutation(catalyst, 0),
    scaleMutation(catalyst, catalyst.replicas),
    ...(resume ? [resume] : []),
    ...armed.map((object) => undoMutation(object, 'disarm')),
  ];
}

/** An undo that an earlier, killed experiment armed is carried out before anything is looked at. */
async function undoEarlier(world: World, { undo, act }: StepContext, mother: Kube): Promise<void> {
  const { namespace } = world.sovereign.spec.mother.catalyst;
  const selector = `${jobLabel}=undo-kill`;
  const jobs = await mother.list({ apiVersion: 'batch/v1', kind: 'Job', namespace, labelSelector: selector });
  const job = jobs[0];
  if (!job) return;
  const env = Object.fromEntries(
    (job.spec.template.spec.containers[0].env as { name: string; value: string }[]).map(({ name, value }) => [
      name,
      value,
    ]),
  );
  const catalyst = await lookAtCatalyst(world);
  const found = {
    ...catalyst,
    replicas: Number(env.REPLICAS),
    kustomization: catalyst.kustomization && { ...catalyst.kustomization, suspended: env.KUSTOMIZATION === '' },
  };
  await startCatalyst(mother, undo, found);
  for (const { apiVersion, kind } of undoKinds) {
    for (const object of await mother.list({ apiVersion, kind, labelSelector: selector }))
      await act(undoMutation(object, 'disarm'), () => mother.delete(refOfObject({ ...object, apiVersion, kind })));
  }
}

const rbac = 'rbac.authorization.k8s.io/v1';
const undoKinds = [
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: rbac, kind: 'RoleBinding' },
  { apiVersion: rbac, kind: 'Role' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
];

/** Runs the experiment and judges it. Throws E5102 when a deployment is in flight, and what the mother's API throws. */
export async function runKill(world: World, context: StepContext, options: KillOptions): Promise<Experiment> {
  const { act, undo, signal, progress } = context;
  const mother = await world.mother();
  await undoEarlier(world, context, mother);
  requireIdle((await takeInventory(world, act, [])).inFlight);
  const before = await takeFingerprint(world);
  const catalyst = await lookAtCatalyst(world);
  const asFound = await touchedObjects(mother, catalyst);
  const startedAt = world.clock.now();
  const probes = await probesOf(world, options.nameServers);
  const sampler = startSampler(probes, world.clock, options.intervalMs, signal);
  try {
    const names = probes.map((probe) => probe.name);
    const steady = () => steadyBaseline(world, context, sampler, names, options.baselineMs);
    await steady();
    const longest = steadyWithinMs(options.baselineMs) + redWithinMs + options.windowMs;
    const seconds = Math.ceil((longest + graceMs) / 1000);
    const until = new Date(world.clock.now().getTime() + seconds * 1000);
    const armed = undoObjects(catalyst, { fqdn: world.sovereign.spec.fqdn, runId: world.runId, seconds, until });
    for (const object of armed) await act(undoMutation(object, 'arm'), () => mother.apply([object]));
    const isArmed = (await mother.get(refOfObject(armed.at(-1)!))) !== undefined;
    let baselineFrom = 0;
    let faultAt = 0;
    let undoAt = 0;
    let exercises: Exercise[] = [];
    const begun: Promise<unknown>[] = [];
    try {
      // Arming took a while.
      baselineFrom = await steady();
      faultAt = sampler.now();
      await stopCatalyst(mother, act, catalyst);
      exercises = await exerciseWhileRed(world, context, { sampler, faultAt, begun }, options);
    } finally {
      undoAt = sampler.now();
      await startCatalyst(mother, undo, catalyst);
      for (const object of armed.toReversed())
        await undo.act(undoMutation(object, 'disarm'), () => mother.delete(refOfObject(object)));
      // Those that an interrupt cut short put back what they made, after the mother has hers.
      await Promise.allSettled(begun);
    }
    progress.waiting('the canary and every probe to be green again');
    await untilGreen(world, sampler, names, undoAt);
    const differences = compareTouched(asFound, await touchedObjects(mother, catalyst));
    return judge({
      startedAt: startedAt.toISOString(),
      window: { requestedMs: options.windowMs, baselineFrom, faultAt, undoAt, endedAt: sampler.now() },
      control: { name: canaryName, url: canaryUrl(world) },
      probeClasses: Object.fromEntries(probes.map((probe) => [probe.name, probe.class])),
      samples: sampler.samples,
      exercises,
      notExercised: options.notExercised,
      undo: { job: `${catalyst.namespace}/${armed.at(-1)!.metadata.name}`, armedBeforeFault: isArmed, differences },
      protectedDifferences: compareFingerprints(before, await takeFingerprint(world, { against: before })),
      lab: options.lab,
    });
  } finally {
    await sampler.stop();
  }
}

/** Waits for the canary to turn red, exercises, and stays until the window is over. What it begins is in `begun`. */
async function exerciseWhileRed(
  world: World,
  { signal, progress }: StepContext,
  { sampler, faultAt, begun }: { sampler: Sampler; faultAt: number; begun: Promise<unknown>[] },
  { windowMs, exercises }: KillOptions,
): Promise<Exercise[]> {
  const { clock } = world;
  const red = await waitUntil({
    reason: 'the canary to turn red',
    timeoutMs: redWithinMs,
    clock,
    signal,
    pauseMs: 100,
    maxPauseMs: 250,
    onPending: progress.waiting,
    look: async () =>
      sampler.isGreen(canaryName, faultAt) === false ? { done: true } : { pending: 'it is still green' },
  }).catch((error: unknown) => {
    // A canary that never turns red is a finding about the experiment, which the judge tells; it is not a wait to resume.
    signal.throwIfAborted();
    progress.output(messageOf(error));
    return false;
  });
  if (!red) return [];
  const redAt = sampler.now();
  progress.output(`catalyst-api is down, the canary is red; window ${windowMs / 1000}s`);
  const running = exercises.map(async ({ name, class: cls, run }): Promise<Exercise> => {
    const from = sampler.now();
    try {
      const reason = await run();
      return { name, class: cls, ok: true, from, to: sampler.now(), reason };
    } catch (error) {
      signal.throwIfAborted();
      return { name, class: cls, ok: false, from, to: sampler.now(), reason: messageOf(error) };
    }
  });
  begun.push(...running);
  const done = await Promise.all(running);
  // The first red sample may be a little younger than the moment we saw it: a margin keeps the window whole.
  const left = redAt + windowMs + 500 - sampler.now();
  if (left > 0) await clock.sleep(left, signal);
  return done;
}

/** Deployment and Kustomization, but for what a scale and a suspend leave behind in them by nature. */
async function touchedObjects(mother: Kube, catalyst: CatalystOnMother): Promise<Record<string, string>> {
  const refs = [catalyst.deployment, ...(catalyst.kustomization ? [catalyst.kustomization] : [])];
  const entries = await Promise.all(
    refs.map(async ({ apiVersion, kind, namespace, name }) => {
      const object = await mother.get({ apiVersion, kind, namespace, name });
      const { suspend = false, ...spec } = (object?.spec ?? {}) as Record<string, unknown>;
      return [`${kind} ${namespace}/${name}`, hashOf({ uid: object?.metadata.uid, spec, suspend })] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function compareTouched(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} is not exactly as it was found`);
}

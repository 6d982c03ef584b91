/**
 * The kill experiment (dod.md §4): baseline, undo armed on the mother, catalyst-api to 0, exercises while the canary is red,
 * undo, after-check. Whatever happens in between, the undo is made; and when this process dies, the mother makes it.
 */
import type { Mutation } from '../../engine/mutation.js';
import { lookAtCatalyst, takeInventory } from '../../handover/handover.js';
import { armedMutations, withArmedUndo } from '../../handover/mother/armed-undo.js';
import { requireIdle } from '../../handover/mother/erase.js';
import { holdMother, leaseMutation } from '../../handover/mother/hold-mother.js';
import { ownerMutation, scaleMutation, stopCatalyst } from '../../handover/mother/stop-catalyst.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { compareFingerprints } from '../../mother/fingerprint/compare.js';
import { takeFingerprint } from '../../mother/fingerprint/fingerprint.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import { waitUntil } from '../../support/wait.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { steadyBaseline, steadyWithinMs, untilGreen } from './baseline.js';
import { type Exercise, type Experiment, judge } from './experiment.js';
import { canaryName, canaryUrl, probesOf } from './probes.js';
import { type Sampler, startSampler } from './sampler.js';

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

/** What the experiment changes, apart from its exercises. */
export async function killMutations(world: World): Promise<Mutation[]> {
  const catalyst = await lookAtCatalyst(world);
  const [suspend, resume] = [ownerMutation(catalyst, 'suspend'), ownerMutation(catalyst, 'resume')];
  return [
    leaseMutation(world),
    ...armedMutations(world, catalyst, 'arm'),
    ...(suspend ? [suspend] : []),
    scaleMutation(catalyst, 0),
    scaleMutation(catalyst, catalyst.replicas),
    ...(resume ? [resume] : []),
    ...armedMutations(world, catalyst, 'disarm'),
  ];
}

/**
 * Runs the experiment and judges it. Throws E5102 when a deployment is in flight, E5021 while another run holds the mother, and
 * what the mother's API throws.
 */
export function runKill(world: World, context: StepContext, options: KillOptions): Promise<Experiment> {
  return holdMother(world, context, (held) => experiment(world, held, options));
}

async function experiment(world: World, context: StepContext, options: KillOptions): Promise<Experiment> {
  const { act, signal, progress } = context;
  const mother = await world.mother();
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
    const times = { baselineFrom: 0, faultAt: 0, undoAt: 0 };
    let exercises: Exercise[] = [];
    let job = '';
    const begun: Promise<unknown>[] = [];
    try {
      await withArmedUndo(world, context, { catalyst, seconds }, async (armed) => {
        job = armed.job;
        // Arming took a while.
        times.baselineFrom = await steady();
        times.faultAt = sampler.now();
        try {
          await stopCatalyst(mother, armed.act, catalyst);
          exercises = await exerciseWhileRed(world, armed, { sampler, faultAt: times.faultAt, begun }, options);
        } finally {
          times.undoAt = sampler.now();
        }
      });
    } finally {
      // Those that an interrupt cut short put back what they made, after the mother has hers.
      await Promise.allSettled(begun);
    }
    progress.waiting('the canary and every probe to be green again');
    await untilGreen(world, sampler, names, times.undoAt);
    const differences = compareTouched(asFound, await touchedObjects(mother, catalyst));
    return judge({
      startedAt: startedAt.toISOString(),
      window: { requestedMs: options.windowMs, ...times, endedAt: sampler.now() },
      control: { name: canaryName, url: canaryUrl(world) },
      probeClasses: Object.fromEntries(probes.map((probe) => [probe.name, probe.class])),
      samples: sampler.samples,
      exercises,
      notExercised: options.notExercised,
      undo: { job, armedBeforeFault: job !== '', differences },
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
      if (endsTheRun(error)) throw error;
      return { name, class: cls, ok: false, from, to: sampler.now(), reason: messageOf(error) };
    }
  });
  begun.push(...running);
  const done = await Promise.race([Promise.all(running), abortOf(signal)]);
  // The first red sample may be a little younger than the moment we saw it: a margin keeps the window whole.
  const left = redAt + windowMs + 500 - sampler.now();
  if (left > 0) await clock.sleep(left, signal);
  return done;
}

/** Rejects when the mother puts back, whatever an exercise still waits for. */
function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Deployment and Kustomization, to be equal before and after. */
async function touchedObjects(mother: Kube, catalyst: CatalystOnMother): Promise<Record<string, string>> {
  const refs = [catalyst.deployment, ...(catalyst.kustomization ? [catalyst.kustomization] : [])];
  const entries = await Promise.all(
    refs.map(async ({ apiVersion, kind, namespace, name }) => {
      const object = await mother.get({ apiVersion, kind, namespace, name });
      return [`${kind} ${namespace}/${name}`, hashOf({ uid: object?.metadata.uid, spec: object?.spec })] as const;
    }),
  );
  return Object.fromEntries(entries);
}

function compareTouched(before: Record<string, string>, after: Record<string, string>): string[] {
  return Object.keys(before)
    .filter((key) => before[key] !== after[key])
    .map((key) => `${key} is not exactly as it was found`);
}

/**
 * The kill experiment (dod.md §4): baseline, undo armed on the mother, catalyst-api to 0, exercises while the canary is red,
 * undo, after-check. Whatever happens in between, the undo is made; and when this process dies, the mother makes it.
 */
import type { Mutation } from '../../engine/mutation.js';
import { lookAtCatalyst, takeInventory } from '../../handover/handover.js';
import { requireIdle } from '../../handover/mother/erase.js';
import { holdMother, leaseMutation } from '../../handover/mother/hold-mother.js';
import { ownerMutation, scaleMutation } from '../../handover/mother/stop-catalyst.js';
import { armedMutations, withArmedUndo } from '../../handover/mother/undo/armed-undo.js';
import type { Times } from '../../handover/mother/undo/watch-deadline.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { compareFingerprints } from '../../mother/fingerprint/compare.js';
import { takeFingerprint } from '../../mother/fingerprint/fingerprint.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { startLoopbackWitness } from '../../tools/exec/loopback-witness.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { baselineWithinMs, greenBaseline, untilGreen } from './baseline.js';
import { withCut } from './egress-cut.js';
import type { ExercisePlan } from './exercises.js';
import {
  blindIn,
  type Exercise,
  type Experiment,
  type ExperimentWindow,
  judge,
  longestDownMs,
  type Observed,
} from './experiment.js';
import type { CutSeen } from './judge/cut.js';
import { leftOutClasses } from './judge/left-out.js';
import { showMoments, showProbes } from './kill-screen.js';
import { stopAndExercise } from './kill-window.js';
import { audit } from './mother/audit.js';
import { insideCanaryMutations, openCanary } from './mother/canary-inside.js';
import { downSecondsOf } from './mother/down-time.js';
import { compareTouched, touchedObjects } from './mother/touched.js';
import { watchMother } from './mother/watch.js';
import { canaryName, canaryUrl, probesOf, witnessesOf } from './probes.js';
import { type Probe, type Sampler, startSampler } from './sampler.js';

export interface KillOptions {
  windowMs: number;
  baselineMs: number;
  /** Between two starts of one probe. */
  intervalMs: number;
  /** The longest outage of a probe that is still accepted. */
  maxOutageMs: number;
  /** Addresses of the Sovereign's name servers. */
  nameServers: readonly string[];
  exercises: readonly ExercisePlan[];
  notExercised: { class: string; reason: string }[];
  /** Cuts the Sovereign off from the mother for as long; else says why not. */
  cut: true | { none: string };
  lab: boolean;
  /** Default: this machine's monotonic clock. */
  times?: Times;
  /** Default: a process of its own. */
  startWitness?: typeof startLoopbackWitness;
}

/** How much longer than the longest good experiment the armed undo waits, so that it never shortens one. */
const graceMs = 180_000;

/** What the experiment changes, apart from its exercises. */
export async function killMutations(world: World): Promise<Mutation[]> {
  const catalyst = await lookAtCatalyst(world);
  const [suspend, resume] = [ownerMutation(catalyst, 'suspend'), ownerMutation(catalyst, 'resume')];
  return [
    leaseMutation(world),
    ...insideCanaryMutations,
    ...armedMutations(world, catalyst, 'arm'),
    ...(suspend ? [suspend] : []),
    scaleMutation(catalyst, 0),
    scaleMutation(catalyst, catalyst.replicas),
    ...(resume ? [resume] : []),
    ...armedMutations(world, catalyst, 'disarm'),
  ];
}

/**
 * Runs the experiment and judges it. Throws E5102 when a deployment is in flight, E5021 while another run holds the mother, E6002
 * when the Sovereign or the demos are not green to begin with, and what the mother's API throws.
 */
export function runKill(world: World, context: StepContext, options: KillOptions): Promise<Experiment> {
  return holdMother(world, context, (held) => experiment(world, held, options));
}

async function experiment(world: World, context: StepContext, options: KillOptions): Promise<Experiment> {
  const catalyst = await lookAtCatalyst(world);
  const startedAt = world.clock.now().toISOString();
  const nothing = (notKilled: string) => judge({ ...unobserved(world, options, startedAt), notKilled });
  const { namespace, deployment, replicas } = catalyst;
  if (replicas === 0)
    return nothing(
      `Deployment ${namespace}/${deployment.name} on the mother was at 0 replicas before the fault, so there was nothing to kill`,
    );
  requireIdle((await takeInventory(world, context.act, [])).inFlight);
  const witness = await (options.startWitness ?? startLoopbackWitness)();
  const probes = [...(await probesOf(world, options.nameServers)), ...(await witnessesOf(world, witness.url))];
  const { clock } = world;
  const { intervalMs, times } = options;
  const sampler = startSampler(probes, {
    clock,
    times,
    intervalMs,
    signal: context.signal,
    onSample: showProbes(context),
  });
  try {
    return judge(await observe(world, context, options, { catalyst, probes, sampler, startedAt }));
  } catch (error) {
    const cls = isCatalystError(error, 'E6002') ? error.data.class : undefined;
    // What depends on nobody, or on catalyst-api alone, is no fault of the Sovereign.
    if (cls === 'control' || cls === 'witness') return nothing(messageOf(error));
    throw error;
  } finally {
    await sampler.stop();
    await witness.stop();
  }
}

function unobserved(
  world: World,
  { windowMs, intervalMs, maxOutageMs, lab }: KillOptions,
  startedAt: string,
): Observed {
  const window = { requestedMs: windowMs, intervalMs, maxOutageMs, baselineFrom: 0, faultAt: 0, undoAt: 0, endedAt: 0 };
  return {
    startedAt,
    window,
    control: { name: canaryName, url: canaryUrl(world) },
    probeClasses: {},
    samples: [],
    jumps: [],
    loads: [],
    exercises: [],
    notExercised: [],
    undo: { job: '', armedBeforeFault: false, differences: [] },
    protectedDifferences: [],
    lab,
  };
}

interface Ground {
  catalyst: CatalystOnMother;
  probes: readonly Probe[];
  sampler: Sampler;
  startedAt: string;
}

async function observe(
  world: World,
  context: StepContext,
  options: KillOptions,
  { catalyst, probes, sampler, startedAt }: Ground,
): Promise<Observed> {
  const { signal } = context;
  const mother = await world.mother();
  const before = await takeFingerprint(world);
  const asFound = await touchedObjects(mother, catalyst);
  const moment = showMoments(context);
  const probeClasses = Object.fromEntries(probes.map((probe) => [probe.name, probe.class]));
  const blind = () => blindIn({ ...sampler, probeClasses, lab: options.lab });
  const baseline = () => greenBaseline(world, context, sampler, probes, { baselineMs: options.baselineMs, blind });
  moment('baseline', 'running', 'every probe green before anything is stopped');
  await baseline();
  moment('baseline', 'pass', 'every probe is green');
  const inside = await openCanary(world, context, sampler.now);
  const longest = baselineWithinMs(options.baselineMs) + longestDownMs(options.windowMs);
  const seconds = Math.ceil((longest + graceMs) / 1000);
  const times: Pick<ExperimentWindow, 'baselineFrom' | 'faultAt' | 'undoAt' | 'startedAgainAt'> = {
    ...{ baselineFrom: 0, faultAt: 0, undoAt: 0 },
  };
  const onStarted = () => {
    times.startedAgainAt ??= sampler.now();
  };
  let exercises: Exercise[] = [];
  let job = '';
  const watching = watchMother(mother, { catalyst, undoJob: () => job, clock: world.clock, now: sampler.now, signal });
  const begun: Promise<unknown>[] = [];
  const kill = async (held: StepContext) => {
    const arming = { catalyst, seconds, downSeconds: downSecondsOf(options.windowMs), onStarted };
    await withArmedUndo(world, held, arming, async (armed) => {
      job = armed.job;
      await watching.look();
      moment('undo', 'running', `armed on the mother: Job ${armed.job} puts catalyst-api back if catalyst dies`);
      // Arming took a while.
      times.baselineFrom = await baseline();
      requireAsFound(compareTouched(asFound, await touchedObjects(mother, catalyst)));
      times.faultAt = sampler.now();
      moment('catalyst-api', 'running', 'is being stopped on the mother');
      try {
        const fault = { catalyst, sampler, watching, inside, faultAt: times.faultAt, begun };
        exercises = await stopAndExercise(world, armed, fault, options);
      } finally {
        times.undoAt = sampler.now();
        moment('catalyst-api', 'running', 'is being started again');
      }
    });
  };
  let cut: CutSeen | { none: string } = { none: 'nothing was killed' };
  try {
    cut =
      options.cut === true
        ? await withCut(world, context, seconds * 1000, kill)
        : await kill(context).then(() => options.cut as { none: string });
  } finally {
    // Those that an interrupt cut short put back what they made, after the mother has hers.
    await Promise.allSettled(begun);
    await watching.stop();
  }
  await untilBack(world, context, sampler, probes, times.undoAt);
  const differences = compareTouched(asFound, await touchedObjects(mother, catalyst));
  const seen = { startedAt, samples: sampler.samples, classes: classesOf(probes) };
  return {
    ...unobserved(world, options, startedAt),
    window: { ...unobserved(world, options, startedAt).window, ...times, endedAt: sampler.now() },
    probeClasses: seen.classes,
    samples: sampler.samples,
    jumps: sampler.jumps,
    loads: sampler.loads,
    watch: watching.watch,
    canaryInside: inside.words,
    exercises,
    ...('none' in cut ? {} : { cut }),
    notExercised: [
      ...options.notExercised,
      ...inside.notExercised,
      ...('none' in cut ? [{ class: leftOutClasses.cut, reason: cut.none }] : []),
    ],
    undo: { job, armedBeforeFault: job !== '', differences },
    audit: await audit(world, catalyst, seen, times),
    protectedDifferences: compareFingerprints(before, await takeFingerprint(world, { against: before })),
  };
}

/** Minutes after the undo was made out for it: throws E6002 when somebody has changed it since, and what there is now would not come back. */
function requireAsFound(differences: readonly string[]): void {
  if (differences.length === 0) return;
  throw fail('E6002', `${differences.join('; ')}: somebody changed it before it was stopped. Nothing was killed.`, {
    data: { class: 'control' },
    actions: [command('verify dod', { only: 'D17' })],
  });
}

const classesOf = (probes: readonly Probe[]) => Object.fromEntries(probes.map((probe) => [probe.name, probe.class]));

async function untilBack(
  world: World,
  context: StepContext,
  sampler: Sampler,
  probes: readonly Probe[],
  undoAt: number,
): Promise<void> {
  const moment = showMoments(context);
  context.progress.waiting('the canary and every probe to be green again');
  await untilGreen(world, sampler, probes, undoAt);
  const back = sampler.isGreen(canaryName, undoAt) === true;
  moment('catalyst-api', back ? 'pass' : 'fail', back ? 'is back, the canary is green' : 'does not answer yet');
  moment('undo', 'pass', 'not needed any more');
}

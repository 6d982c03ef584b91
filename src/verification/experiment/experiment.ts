/** What a kill experiment leaves behind, and whether it did what it claims. Pure, so that it can be judged again offline. */
import type { Difference } from '../../mother/fingerprint/difference.js';
import type { FlowsSeen } from './flows/flows.js';
import { type CutSeen, judgeCut } from './judge/cut.js';
import { judgeSight } from './judge/sight.js';
import { judgeExercises, notGreenAgain, outages } from './judge/window.js';
import { type Load, saturatedTimes, saturatedWords, wasSaturated } from './machine-load.js';
import type { Change } from './mother/audit.js';
import { type CanaryWord, judgeCanary } from './mother/canary-words.js';
import { goneSince, judgeWatch, type MotherWatch } from './mother/sightings.js';
import type { Jump } from './sampler.js';
import {
  type Blind,
  blindTimes,
  type ProbeClass,
  type ProbeSummary,
  redFrom,
  type Sample,
  summarize,
} from './samples.js';

export interface Exercise {
  name: string;
  /** Dependency class that it exercises: gitops, identity, secrets, … */
  class: string;
  ok: boolean;
  /** Milliseconds since the experiment began. */
  from: number;
  to: number;
  reason: string;
  /** It had not ended when the mother had to be put back. */
  cutOff?: boolean;
}

export interface ExperimentWindow {
  /** Asked for. */
  requestedMs: number;
  /** Between two starts of one probe. */
  intervalMs: number;
  /** The longest outage of a probe that is still accepted. */
  maxOutageMs: number;
  /** Milliseconds since the experiment began: baseline, fault, canary red and nothing left of catalyst-api, undo, end. */
  baselineFrom: number;
  faultAt: number;
  redAt?: number;
  undoAt: number;
  /** When the mother had taken the write that starts catalyst-api again. */
  startedAgainAt?: number;
  endedAt: number;
}

export interface Observed {
  startedAt: string;
  /** Why nothing was killed, when nothing was. */
  notKilled?: string;
  window: ExperimentWindow;
  control: { name: string; url: string };
  probeClasses: Record<string, ProbeClass>;
  samples: Sample[];
  jumps: Jump[];
  loads: Load[];
  watch?: MotherWatch;
  /** What a Pod of the Sovereign heard of catalyst-api on the mother. */
  canaryInside?: CanaryWord[];
  /** How the Sovereign was cut off from the mother meanwhile; left out where it was not, which `notExercised` explains. */
  cut?: CutSeen;
  exercises: Exercise[];
  notExercised: { class: string; reason: string }[];
  undo: { job: string; armedBeforeFault: boolean; differences: string[] };
  /** What others changed on the two clusters meanwhile. */
  audit?: Change[];
  protectedDifferences: Difference[];
  /** Connections that were opened to the outside meanwhile, for the umbilical scan; a lab has none. */
  flows?: FlowsSeen;
  lab: boolean;
}

export interface Experiment extends Omit<Observed, 'control'> {
  control: { name: string; url: string; turnedRed: boolean; redMs: number };
  probes: ProbeSummary[];
  valid: boolean;
  /** Why it is invalid, or why it failed; empty when it passed. */
  problems: string[];
  passed: boolean;
}

/** How long the mother may be down in all for a window of that length. */
export const longestDownMs = (windowMs: number) => windowMs + Math.max(30_000, windowMs * 0.2);

/**
 * Judges an observed experiment. Invalid: nothing was killed, or not for the whole window, or nobody looked well enough to say what
 * followed. Failed: what was seen to follow is not what a Sovereign on its own does.
 */
export function judge(observed: Observed): Experiment {
  if (observed.notKilled !== undefined) return neverKilled(observed, observed.notKilled);
  const { window, samples, control, probeClasses } = observed;
  const { baselineFrom, faultAt, undoAt } = window;
  const redAt = windowBegin(observed);
  const redMs = redAt === undefined ? 0 : undoAt - redAt;
  const from = redAt ?? faultAt;
  const blind = blindIn(observed);
  const names = Object.keys(probeClasses);
  const probes = names.map((name) => summarize(name, probeClasses[name]!, samples, { from, to: undoAt, blind }));
  // A sample that was under way at a turning point tells of neither side of it.
  const before = endedBy(samples, faultAt);
  const baseline = names.flatMap((name) => {
    const { samples: count, failures } = summarize(name, probeClasses[name]!, before, {
      from: baselineFrom,
      to: faultAt,
    });
    if (count === 0) return [`${name} was never sampled before the fault`];
    return failures > 0 ? [`baseline: ${name} failed ${failures} of ${count}`] : [];
  });
  const invalid = [
    ...baseline,
    ...judgeRed(observed, redAt),
    ...judgeWatch(observed.watch, window),
    ...judgeCanary(observed.canaryInside, { from, to: undoAt }, busyNote(observed, from)),
    ...(observed.undo.armedBeforeFault ? [] : ['the undo was not armed before the fault']),
    ...(observed.audit ? [] : ['who else changed the two clusters meanwhile could not be read']),
    ...judgeCut(observed.cut),
    ...judgeSight(observed, { from, blind }),
    ...judgeSpan(window),
  ];
  const exercised = judgeExercises(observed, redAt);
  invalid.push(...exercised.invalid);
  const problems = [
    ...outages(probes, observed, { from, to: undoAt, blind }),
    ...exercised.failed,
    ...notGreenAgain(observed),
    ...observed.undo.differences.map((difference) => `undo: ${difference}`),
    ...(observed.audit ?? []).filter(({ hand }) => hand).map(({ what }) => what),
    ...observed.protectedDifferences.map(({ what, before: was, after }) => `${what}: ${was} → ${after}`),
  ];
  return {
    ...observed,
    window: { ...window, redAt },
    control: { ...control, turnedRed: redAt !== undefined, redMs },
    probes,
    valid: invalid.length === 0,
    problems: [...invalid, ...problems],
    passed: invalid.length === 0 && problems.length === 0,
  };
}

const endedBy = (samples: readonly Sample[], moment: number) => samples.filter((one) => one.t + one.ms <= moment);

/** The clusters of a lab run on this machine: what is late there while it has nothing to spare tells of the machine. */
export function blindIn({
  samples,
  probeClasses,
  loads,
  lab,
}: Pick<Observed, 'samples' | 'probeClasses' | 'loads' | 'lab'>): Blind[] {
  const witnesses = Object.keys(probeClasses).filter((name) => probeClasses[name] === 'witness');
  const busy = lab ? saturatedTimes(loads).map((span) => ({ ...span, why: saturatedWords })) : [];
  return [...blindTimes(samples, witnesses), ...busy];
}

const busyNote = ({ lab, loads, window }: Observed, from: number) =>
  lab && wasSaturated(loads, from, window.undoAt) ? `: ${saturatedWords}` : '';

/** The window begins when the canary is red and the mother's own objects show that nothing is left. */
function windowBegin({ window, samples, control, watch }: Observed): number | undefined {
  const { faultAt, undoAt } = window;
  const red = redFrom(endedBy(samples, undoAt), control.name, faultAt, undoAt);
  if (red === undefined) return undefined;
  const gone = watch && goneSince(watch, faultAt);
  return gone === undefined || gone > undoAt ? red : Math.max(red, gone);
}

function neverKilled(observed: Observed, why: string): Experiment {
  const control = { ...observed.control, turnedRed: false, redMs: 0 };
  return { ...observed, control, probes: [], valid: false, problems: [why], passed: false };
}

function judgeRed({ window, control }: Observed, redAt: number | undefined): string[] {
  if (redAt === undefined) return [`the canary ${control.name} never turned red: nothing was killed`];
  const redMs = window.undoAt - redAt;
  return redMs < window.requestedMs ? [`the canary was red for ${redMs} ms of ${window.requestedMs}`] : [];
}

/** Counted to the write that put catalyst-api back, which a machine or a mother with nothing to spare delays. */
function judgeSpan({ faultAt, undoAt, startedAgainAt = undoAt, requestedMs }: ExperimentWindow): string[] {
  const [down, most] = [startedAgainAt - faultAt, longestDownMs(requestedMs)];
  if (down <= most) return [];
  const isOurs = undoAt - faultAt > most;
  const why = isOurs
    ? 'this machine was too slow to begin the undo in time'
    : `the undo began after ${seconds(undoAt - faultAt)} and the mother did not take it sooner`;
  return [`the mother was down for ${seconds(down)}, longer than the ${seconds(most)} that were announced: ${why}`];
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

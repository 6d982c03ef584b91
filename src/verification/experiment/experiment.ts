/** What a kill experiment leaves behind, and whether it did what it claims. Pure, so that it can be judged again offline. */
import type { Difference } from '../../mother/fingerprint/difference.js';
import { type ProbeClass, type ProbeSummary, redFrom, type Sample, summarize } from './samples.js';

export interface Exercise {
  name: string;
  /** Dependency class that it exercises: gitops, identity, secrets, … */
  class: string;
  ok: boolean;
  /** Milliseconds since the experiment began. */
  from: number;
  to: number;
  reason: string;
}

export interface ExperimentWindow {
  /** Asked for. */
  requestedMs: number;
  /** Milliseconds since the experiment began: baseline, fault, canary red, undo, end. */
  baselineFrom: number;
  faultAt: number;
  redAt?: number;
  undoAt: number;
  endedAt: number;
}

export interface Observed {
  startedAt: string;
  window: ExperimentWindow;
  control: { name: string; url: string };
  probeClasses: Record<string, ProbeClass>;
  samples: Sample[];
  exercises: Exercise[];
  notExercised: { class: string; reason: string }[];
  undo: { job: string; armedBeforeFault: boolean; differences: string[] };
  protectedDifferences: Difference[];
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

/** Judges an observed experiment. Invalid: the baseline was not green, or the control did not stay red for the window. */
export function judge(observed: Observed): Experiment {
  const { window, samples, control } = observed;
  const { baselineFrom, faultAt, undoAt, endedAt } = window;
  // A sample that was under way at a turning point tells of neither side of it.
  const endedBy = (moment: number) => samples.filter((one) => one.t + one.ms <= moment);
  const redAt = redFrom(endedBy(undoAt), control.name, faultAt, undoAt);
  const redMs = redAt === undefined ? 0 : undoAt - redAt;
  const names = Object.keys(observed.probeClasses);
  const invalid: string[] = [];
  for (const name of names) {
    const before = summarize(name, observed.probeClasses[name]!, endedBy(faultAt), baselineFrom, faultAt);
    if (before.samples === 0) invalid.push(`${name} was never sampled before the fault`);
    else if (before.failures > 0) invalid.push(`baseline: ${name} failed ${before.failures} of ${before.samples}`);
  }
  if (redAt === undefined) invalid.push(`the canary ${control.name} never turned red: nothing was killed`);
  else if (redMs < window.requestedMs) invalid.push(`the canary was red for ${redMs} ms of ${window.requestedMs}`);
  if (!observed.undo.armedBeforeFault) invalid.push('the undo was not armed before the fault');

  const probes = names.map((name) => summarize(name, observed.probeClasses[name]!, samples, redAt ?? faultAt, undoAt));
  const problems: string[] = [];
  for (const probe of probes.filter((one) => one.class !== 'control')) {
    if (probe.samples === 0) invalid.push(`${probe.name} was never sampled in the window`);
    if (probe.failures === 0) continue;
    const first = samples.find((one) => one.probe === probe.name && !one.ok && one.t >= (redAt ?? faultAt));
    const why = first?.error ? `: ${first.error.replace(/\.$/, '')} (took ${first.ms} ms)` : '';
    problems.push(`${probe.name} failed ${probe.failures} of ${probe.samples} in the window${why}`);
  }
  for (const exercise of observed.exercises) {
    const inside = redAt !== undefined && exercise.from >= redAt && exercise.to <= undoAt;
    if (!inside) invalid.push(`exercise ${exercise.name} was not inside the window`);
    if (!exercise.ok) problems.push(`exercise ${exercise.name}: ${exercise.reason}`);
  }
  if (observed.exercises.length === 0) invalid.push('nothing was exercised in the window');
  for (const name of names) {
    const last = samples.filter((one) => one.probe === name && one.t >= undoAt && one.t <= endedAt).at(-1);
    if (!last?.ok) problems.push(`after the undo ${name} is not green`);
  }
  problems.push(...observed.undo.differences.map((difference) => `undo: ${difference}`));
  problems.push(...observed.protectedDifferences.map(({ what, before, after }) => `${what}: ${before} → ${after}`));
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

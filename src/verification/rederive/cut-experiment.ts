/** Whether a kill experiment is whole: judged again from its samples, with every probe and every exercise that one consists of. */
import { protectedPages } from '../../mother/protected/protected-set.js';
import { hashOf } from '../../support/hash.js';
import { leastWindowMs, probeEveryMs } from '../dod/select.js';
import { exerciseNames, pullExercise } from '../experiment/exercises.js';
import { type Experiment, judge } from '../experiment/experiment.js';
import { leftOutClasses } from '../experiment/judge/left-out.js';
import { isAlive } from '../experiment/mother/canary-words.js';
import { canaryName, isWitness, watchedNames } from '../experiment/probes.js';
import type { ProbeClass } from '../experiment/samples.js';
import type { RawBundle } from './raw-bundle.js';

/**
 * A clause, or undefined where nothing is missing or there was no experiment.
 * @param sameVersion another one may word its problems otherwise; whether there are any follows from what is valid and passed
 */
export function cutExperiment(
  { report, sovereign }: RawBundle,
  { sameVersion }: { sameVersion: boolean },
): string | undefined {
  const { experiment } = report;
  if (!experiment) return undefined;
  const again = judge(experiment);
  const derived = [
    ...(['valid', 'passed', 'probes', 'control'] as const),
    ...(sameVersion ? (['problems'] as const) : []),
  ];
  const different = derived.some((key) => hashOf(again[key]) !== hashOf(experiment[key]));
  if (different) return 'the result of the kill experiment does not follow from its samples';
  if (!experiment.passed) return undefined;
  const bent = bentMeasure(experiment, protectedPages(sovereign));
  if (bent !== undefined) return bent;
  const probed = Object.keys(experiment.probeClasses);
  const unwatched = [canaryName, ...watchedNames, ...protectedPages(sovereign)].filter(
    (name) => !probed.includes(name),
  );
  if (unwatched.length > 0) return `the kill experiment passed without a probe of ${unwatched.join(', ')}`;
  if (!probed.some((name) => name.startsWith('DNS '))) return 'the kill experiment passed without a probe of its DNS';
  const witnesses = Object.values(experiment.probeClasses).filter((cls) => cls === 'witness');
  if (witnesses.length < 2) return 'the kill experiment passed without its two witnesses';
  const done = experiment.exercises.map(({ name }) => name);
  const missing = exerciseNames.filter((name) => !done.includes(name));
  return missing.length > 0
    ? `the kill experiment passed without the exercises ${missing.join(', ')}`
    : takenOut(experiment);
}

/** What a world may not allow is either there or named as left out, for whoever reads the verdict. */
function takenOut({ exercises, cut, canaryInside = [], notExercised }: Experiment): string | undefined {
  const there: Record<string, boolean> = {
    [leftOutClasses.pull]: exercises.some(({ name }) => name === pullExercise),
    [leftOutClasses.cut]: cut !== undefined,
    [leftOutClasses.canary]: canaryInside.some(isAlive),
  };
  const gone = Object.keys(there).find((cls) => !there[cls] && !notExercised.some((one) => one.class === cls));
  return gone && `the kill experiment has neither its ${gone} nor a reason why not`;
}

/** By what the samples are judged is a part of the experiment too, and none of the forger's choice: canary, classes, names, interval. */
function bentMeasure(
  { control, probeClasses, samples, window }: Experiment,
  pages: readonly string[],
): string | undefined {
  if (control.name !== canaryName) return `the canary of the kill experiment is "${control.name}"`;
  const wanted = (name: string): ProbeClass => {
    if (name === canaryName) return 'control';
    if (isWitness(name)) return 'witness';
    return pages.includes(name) ? 'protected' : 'sovereign';
  };
  const moved = Object.entries(probeClasses).find(([name, cls]) => cls !== wanted(name));
  if (moved) return `the kill experiment has ${moved[0]} as "${moved[1]}"`;
  const unlisted = samples.find(({ probe }) => !Object.hasOwn(probeClasses, probe));
  if (unlisted) return `the kill experiment has samples of ${unlisted.probe}, which is none of its probes`;
  if (window.intervalMs > probeEveryMs) return `the kill experiment sampled every ${window.intervalMs} ms`;
  return window.requestedMs < leastWindowMs ? `a window of ${window.requestedMs} ms shows nothing` : undefined;
}

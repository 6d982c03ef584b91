/** Whether a kill experiment is whole: judged again from its samples, with every probe and every exercise that one consists of. */
import { protectedPages } from '../../mother/protected/protected-set.js';
import { hashOf } from '../../support/hash.js';
import { exerciseNames } from '../experiment/exercises.js';
import { judge } from '../experiment/experiment.js';
import { canaryName, watchedNames } from '../experiment/probes.js';
import type { RawBundle } from './raw-bundle.js';

/** A clause, or undefined where nothing is missing or there was no experiment. */
export function cutExperiment({ report, sovereign }: RawBundle): string | undefined {
  const { experiment } = report;
  if (!experiment) return undefined;
  const again = judge(experiment);
  const different = (['valid', 'passed', 'problems', 'probes', 'control'] as const).some(
    (key) => hashOf(again[key]) !== hashOf(experiment[key]),
  );
  if (different) return 'the result of the kill experiment does not follow from its samples';
  if (!experiment.passed) return undefined;
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
  return missing.length > 0 ? `the kill experiment passed without the exercises ${missing.join(', ')}` : undefined;
}

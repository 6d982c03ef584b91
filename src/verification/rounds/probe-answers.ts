/** What the samples of a round say of each probe. Pure. */
import { blindFor, blindTimes, isBad, type Sample, within } from '../experiment/samples.js';
import type { RoundSeen } from './round.js';

export interface ProbeAnswer {
  name: string;
  answer: 'green' | 'failed' | 'not observed';
  why: string;
}

/** So many good samples one after the other: what was just restarted answers once before it answers. */
export const greenSamples = 3;

export function probeAnswers({ samples, classes }: Pick<RoundSeen, 'samples' | 'classes'>): ProbeAnswer[] {
  const named = (wanted: string) => Object.keys(classes).filter((name) => classes[name] === wanted);
  const blind = blindTimes(samples, named('witness'));
  return named('sovereign').map((name): ProbeAnswer => {
    const mine = within(samples, name, {});
    if (isGreenNow(mine)) return { name, answer: 'green', why: `${mine.length} samples` };
    const failed = mine.findLast((one) => isBad(one) && blindFor(one, blind) === undefined);
    if (failed) return { name, answer: 'failed', why: failed.error ?? `late: ${failed.ms} ms` };
    const late = mine.findLast(isBad);
    return { name, answer: 'not observed', why: (late && blindFor(late, blind)?.why) ?? `${mine.length} samples` };
  });
}

/** True when the newest samples of one probe, in order, are all good. */
export function isGreenNow(mine: readonly Sample[]): boolean {
  const newest = mine.slice(-greenSamples);
  return newest.length === greenSamples && !newest.some(isBad);
}

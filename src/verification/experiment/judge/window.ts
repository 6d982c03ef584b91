/** What was seen to follow from the fault: outages, exercises, and whether all is green again. Pure. */
import { clauseOf } from '../../../support/errors/errors.js';
import type { Observed } from '../experiment.js';
import { saturatedWords, wasSaturated } from '../machine-load.js';
import { type Blind, blindFor, isBad, lateMs, type ProbeSummary, within } from '../samples.js';

interface Span {
  from: number;
  to: number;
  blind: Blind[];
}

const isServed = ({ class: cls }: ProbeSummary) => cls === 'sovereign' || cls === 'protected';

/** A line for each probe that was out for longer than accepted, with what its first bad sample was. */
export function outages(
  probes: readonly ProbeSummary[],
  { samples, window }: Pick<Observed, 'samples' | 'window'>,
  { from, to, blind }: Span,
): string[] {
  return probes.filter(isServed).flatMap(({ name, samples: count, failures, longestOutageMs }) => {
    if (failures === 0 || longestOutageMs <= window.maxOutageMs) return [];
    const first = within(samples, name, { from, to }).find((one) => isBad(one) && !blindFor(one, blind));
    const said = (first?.error && clauseOf(first.error)) ?? (first && `late, the limit is ${lateMs} ms`);
    const why = first ? `: ${said} (took ${first.ms} ms)` : '';
    const limit = window.maxOutageMs > 0 ? ` of at most ${window.maxOutageMs} ms` : '';
    return [`${name} failed ${failures} of ${count} in the window, longest outage ${longestOutageMs} ms${limit}${why}`];
  });
}

/** `invalid`: outside of the window, none at all, or cut off on a machine that had nothing to spare. */
export function judgeExercises(
  { exercises, window, loads, lab }: Pick<Observed, 'exercises' | 'window' | 'loads' | 'lab'>,
  redAt: number | undefined,
): { invalid: string[]; failed: string[] } {
  const invalid: string[] = [];
  const failed: string[] = [];
  if (exercises.length === 0) invalid.push('nothing was exercised in the window');
  for (const { name, from, to, ok, cutOff, reason } of exercises) {
    if (redAt === undefined || from < redAt || to > window.undoAt)
      invalid.push(`exercise ${name} was not inside the window`);
    // The clusters of a lab run on this very machine.
    const ours = cutOff && lab && wasSaturated(loads, from, to);
    if (!ok) (ours ? invalid : failed).push(`exercise ${name}: ${reason}${ours ? `; ${saturatedWords}` : ''}`);
  }
  return { invalid, failed };
}

export function notGreenAgain({
  samples,
  probeClasses,
  window,
}: Pick<Observed, 'samples' | 'probeClasses' | 'window'>): string[] {
  const { undoAt: from, endedAt: to } = window;
  return Object.keys(probeClasses)
    .filter((name) => {
      const last = within(samples, name, { from, to }).at(-1);
      return !last || isBad(last);
    })
    .map((name) => `after the undo ${name} is not green`);
}

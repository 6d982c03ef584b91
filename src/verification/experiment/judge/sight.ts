/** Whether whoever looked could see: nothing follows from a time in which nobody looked, or only through our own slowness. Pure. */
import type { Observed } from '../experiment.js';
import { aheadByServers, type Blind, longestBlindRun, longestGap, within } from '../samples.js';

/** Of samples that were not observed: in a row, and as a share of all of a probe in the window. */
const most = { inARow: 3, share: 0.1 };
/** A lab shares its machine with what it is probed by, and both with whatever else runs there. */
const mostInLab = { inARow: 10, share: 1 / 3 };
/** The Date of a server has whole seconds. */
const mostAheadMs = 3000;

const inLabGapMs = 3000;

export function judgeSight(
  {
    window,
    samples,
    probeClasses,
    jumps,
    lab,
  }: Pick<Observed, 'window' | 'samples' | 'probeClasses' | 'jumps' | 'lab'>,
  { from, blind }: { from: number; blind: readonly Blind[] },
): string[] {
  const { baselineFrom, undoAt, intervalMs } = window;
  const mostGapMs = lab ? inLabGapMs : 3 * intervalMs;
  const jumped = jumps.filter(({ t }) => t >= baselineFrom && t <= undoAt);
  const names = Object.keys(probeClasses);
  const witnesses = names.filter((name) => probeClasses[name] === 'witness');
  const gaps = names.map((name) => ({
    name,
    ...longestGap(within(samples, name, { from: baselineFrom, to: undoAt }), baselineFrom, undoAt),
  }));
  const worst = gaps.toSorted((a, b) => b.ms - a.ms)[0];
  const ahead = aheadByServers(samples);
  return [
    ...(witnesses.length < 2
      ? ['there were not two witnesses, so our own slowness cannot be told from an outage']
      : []),
    ...jumped.map(
      ({ t, ms }) =>
        `the clock of this machine jumped by ${secondsText(ms)} at ${secondsText(t)}: it was set, or the machine was suspended`,
    ),
    ...(Math.abs(ahead) > mostAheadMs
      ? [
          `the servers' clocks went ${secondsText(Math.abs(ahead))} ${ahead > 0 ? 'further' : 'less far'} than ours: this machine stood still, or its clock is wrong`,
        ]
      : []),
    ...(worst && worst.ms > mostGapMs
      ? [
          `no sample of ${worst.name} was started for ${secondsText(worst.ms)} from ${secondsText(worst.at)} on: this process was suspended or too slow`,
        ]
      : []),
    ...names.flatMap((name) =>
      blindTo(name, within(samples, name, { from, to: undoAt }), witnesses.includes(name) ? [] : blind, lab),
    ),
  ];
}

const secondsText = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

function blindTo(
  name: string,
  mine: Parameters<typeof longestBlindRun>[0],
  blind: readonly Blind[],
  lab: boolean,
): string[] {
  if (mine.length === 0) return [`${name} was never sampled in the window`];
  const { count, from, why, all } = longestBlindRun(mine, blind);
  const { inARow, share } = lab ? mostInLab : most;
  if (count > inARow)
    return [`${name} was not observed for ${count} samples from ${secondsText(from)} on: ${why}, so we were too slow`];
  if (all > mine.length * share)
    return [`${all} of ${mine.length} samples of ${name} were not observed: ${why}, so we were too slow`];
  return [];
}

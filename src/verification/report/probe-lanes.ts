/** The probes of the kill experiment: a row each, with its latency over time on a scale of its own, and what follows in figures. */
import { formatDuration } from '../../support/durations.js';
import type { Experiment } from '../experiment/experiment.js';
import { isBad, type ProbeSummary, type Sample } from '../experiment/samples.js';
import { across, axis, bars, strokes, within } from './bars.js';
import { table, text } from './report-parts.js';

export function probeLanes({ samples, probes, window }: Experiment): string {
  const end = Math.max(1, window.endedAt);
  const shades = [
    { cls: 'fault', from: window.faultAt, to: window.undoAt },
    ...(window.redAt === undefined ? [] : [{ cls: 'red', from: window.redAt, to: window.undoAt }]),
  ];
  const ground = bars(window.undoAt > window.faultAt ? shades : [], end);
  const rows = probes.map((probe) => {
    const own = samples.filter(({ probe: name }) => name === probe.name);
    return [text(probe.name), within(ground, lane(own, end)), scaleOf(own), ...figures(probe)];
  });
  const red = window.redAt === undefined ? 'the canary never turned red' : `red from ${seconds(window.redAt)}`;
  const caption = `Each row shows the answers of one probe over ${seconds(end)}, on its own scale: blue for an answer, red for a failed or late one. Shaded from ${seconds(window.faultAt)} to ${seconds(window.undoAt)}, while catalyst-api was stopped; darker while the canary was red (${red}). The figures are those of the window.`;
  const scale = axis('0 s', seconds(end / 2), seconds(end));
  const heads = ['Probe', 'Course', 'Scale', 'Samples', 'Failures', 'Longest outage', 'p50', 'p95'];
  return `<figure><figcaption class="soft">${text(caption)}</figcaption>${table(heads, [['', scale, '', '', '', '', '', ''], ...rows], 'bars lanes')}</figure>`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const slowest = (samples: readonly Sample[]) => Math.max(1, ...samples.map(({ ms }) => ms));
const scaleOf = (samples: readonly Sample[]) => (samples.length === 0 ? '' : `0–${formatDuration(slowest(samples))}`);

function lane(samples: readonly Sample[], end: number): string {
  const top = slowest(samples);
  const marks = thinned(samples, end, across / 2).map((one) => ({
    bad: isBad(one),
    at: Math.min(1, one.t / end),
    share: isBad(one) ? 1 : (one.ms / top) * 0.9,
  }));
  const of = (bad: boolean) => marks.filter((mark) => mark.bad === bad);
  return `${strokes('good', of(false))}${strokes('wrong', of(true))}`;
}

function figures({ samples, failures, notObserved, longestOutageMs, p50, p95, class: cls }: ProbeSummary): string[] {
  const unseen = notObserved ? `, ${notObserved} not observed` : '';
  return [
    String(samples),
    `${failures}${cls === 'control' ? ' (must fail)' : ''}${unseen}`,
    longestOutageMs === 0 ? 'none' : formatDuration(longestOutageMs),
    formatDuration(p50),
    formatDuration(p95),
  ];
}

/** One sample per column at most: the failure that is in it, or else the slowest. Pure. */
export function thinned(samples: readonly Sample[], end: number, columns: number): Sample[] {
  const kept = new Map<number, Sample>();
  for (const sample of samples) {
    const column = Math.min(columns - 1, Math.floor((sample.t / end) * columns));
    const other = kept.get(column);
    if (!other || (!isBad(other) && (isBad(sample) || sample.ms > other.ms))) kept.set(column, sample);
  }
  return [...kept.entries()].sort(([a], [b]) => a - b).map(([, sample]) => sample);
}

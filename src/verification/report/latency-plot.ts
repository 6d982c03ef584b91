import type { Experiment } from '../experiment/experiment.js';
import type { Sample } from '../experiment/samples.js';
import { ink, plot, plotWidth } from './plot.js';

/** Share of its lane that the slowest answer takes. */
const full = 0.85;

/** One lane per probe: latency as dots, failures as red lines, the window of the fault shaded. */
export async function latencyPlot({ samples, probes, window }: Experiment): Promise<string> {
  const end = Math.max(1, window.endedAt);
  const slowest = Math.max(50, ...samples.map((sample) => sample.ms));
  const seconds = (at: number) => at / 1000;
  const lanes = probes.map(({ name }, row) => ({ name, base: probes.length - 1 - row }));
  const points = lanes.flatMap(({ name, base }) =>
    thinned(
      samples.filter((sample) => sample.probe === name),
      end,
      plotWidth,
    ).map(({ t, ms, ok }) => ({
      t: seconds(t),
      y: base + (ms / slowest) * full,
      base,
      top: base + full,
      ok,
    })),
  );
  const shades = [
    { t: seconds(window.faultAt), to: seconds(window.undoAt), color: '#f6e9d2' },
    ...(window.redAt === undefined ? [] : [{ t: seconds(window.redAt), to: seconds(window.undoAt), color: '#f3d3cf' }]),
  ];
  const names = lanes.map(({ name, base }) => ({
    t: 0,
    y: base + 0.4,
    label: name.length > 34 ? `${name.slice(0, 33)}…` : name,
  }));
  const red =
    window.redAt === undefined
      ? 'the canary never turned red'
      : `the canary was red from ${seconds(window.redAt).toFixed(1)} s`;
  const caption =
    `Latency of each probe, of at most ${slowest} ms; red lines are failures. The fault lasted from ` +
    `${seconds(window.faultAt).toFixed(1)} s to ${seconds(window.undoAt).toFixed(1)} s (shaded); ${red}.`;
  const x = {
    field: 't',
    type: 'quantitative',
    scale: { domain: [0, seconds(end)], nice: false },
    axis: { title: 'seconds', grid: false },
  };
  const lane = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { domain: [0, lanes.length], nice: false },
    axis: null,
  });
  return plot(caption, {
    width: plotWidth,
    height: Math.max(1, lanes.length) * 32,
    layer: [
      {
        data: { values: shades },
        mark: { type: 'rect', aria: false },
        encoding: { x, x2: { field: 'to' }, color: { field: 'color', type: 'nominal', scale: null } },
      },
      {
        data: { values: lanes },
        mark: { type: 'rule', aria: false, color: ink.line },
        encoding: { y: lane('base') },
      },
      {
        data: { values: points.filter(({ ok }) => ok) },
        mark: { type: 'circle', aria: false, size: 5, color: ink.bar, opacity: 1 },
        encoding: { x, y: lane('y') },
      },
      {
        data: { values: points.filter(({ ok }) => !ok) },
        mark: { type: 'rule', aria: false, color: ink.bad },
        encoding: { x, y: lane('base'), y2: { field: 'top' } },
      },
      {
        data: { values: names },
        mark: { type: 'text', align: 'right', dx: -8, color: ink.dark },
        encoding: { x, y: lane('y'), text: { field: 'label' } },
      },
    ],
  } as never);
}

/** One sample per column of pixels at most: the failure that is in it, or else the slowest. Pure. */
export function thinned(samples: readonly Sample[], end: number, columns: number): Sample[] {
  const kept = new Map<number, Sample>();
  for (const sample of samples) {
    const column = Math.min(columns - 1, Math.floor((sample.t / end) * columns));
    const other = kept.get(column);
    if (!other || (other.ok && (!sample.ok || sample.ms > other.ms))) kept.set(column, sample);
  }
  return [...kept.entries()].sort(([a], [b]) => a - b).map(([, sample]) => sample);
}

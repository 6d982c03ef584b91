/** The probes of the kill experiment: a row each, with its latency over time on a scale of its own, and what follows in figures. */
import type { LineYOptions, Markish, RuleXOptions } from '@observablehq/plot';
import { formatDuration } from '../../support/durations.js';
import type { Experiment } from '../experiment/experiment.js';
import { isBad, type ProbeSummary, type Sample } from '../experiment/samples.js';
import { across, type Plotter, tickOf, timeScale } from './plotter.js';
import { table, text } from './report-parts.js';

export function probeLanes(plotter: Plotter, { samples, probes, window }: Experiment): string {
  const end = Math.max(1, window.endedAt);
  const { faultAt, redAt, undoAt } = window;
  const { rect } = plotter.marks;
  const shades =
    undoAt <= faultAt
      ? []
      : [
          rect([0], { x1: faultAt, x2: undoAt, className: 'fault' }),
          ...(redAt === undefined ? [] : [rect([0], { x1: redAt, x2: undoAt, className: 'red' })]),
        ];
  const byProbe = Map.groupBy(samples, ({ probe }) => probe);
  const rows = probes.map((probe) => [
    text(probe.name),
    lane(plotter, { name: probe.name, own: byProbe.get(probe.name) ?? [], end, shades }),
    ...figures(probe),
  ]);
  const red = redAt === undefined ? 'the canary never turned red' : `red from ${seconds(redAt)}`;
  const caption = `Each row shows the answers of one probe over ${seconds(end)}, on its own scale: the blue line is the slowest answer at each moment, red is a failed or late one. Shaded from ${seconds(faultAt)} to ${seconds(undoAt)}, while catalyst-api was stopped; darker while the canary was red (${red}). The figures are those of the window.`;
  const heads = ['Probe', 'Course', 'Samples', 'Failures', 'Longest outage', 'p50', 'p95'];
  return `<figure><figcaption class="soft">${text(caption)}</figcaption>${table(heads, rows, 'bars lanes')}</figure>`;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

const margins = { marginLeft: 40, marginRight: 16, marginTop: 5, marginBottom: 14 };
/** One for each pixel: more could not be seen. */
const columns = across - margins.marginLeft - margins.marginRight;

interface Lane {
  name: string;
  own: readonly Sample[];
  end: number;
  shades: readonly Markish[];
}

/** Of each column the slowest answer, and whether one failed. */
function lane({ marks, draw }: Plotter, { name, own, end, shades }: Lane): string {
  const { axisX, axisY, binX, gridX, lineY, ruleX } = marks;
  const bad = own.filter(isBad);
  const good = own.filter((one) => !isBad(one));
  const top = good.reduce((most, { ms }) => Math.max(most, ms), 1);
  const thresholds = Array.from({ length: columns + 1 }, (_, column) => (column / columns) * end);
  const [x, y] = ['t', 'ms'];
  return draw(
    {
      ...margins,
      height: 44,
      x: timeScale(end),
      y: { domain: [0, top], axis: null, label: null, round: true },
      marks: [
        ...shades,
        gridX({ ticks: 5 }),
        axisX({ ticks: 5, tickFormat: tickOf, tickSize: 2, tickPadding: 2 }),
        axisY({ ticks: [0, top], tickFormat: tickOf, tickSize: 2 }),
        lineY(good, binX<LineYOptions>({ y: 'max' }, { x, y, thresholds, className: 'good' })),
        ruleX(bad, binX<RuleXOptions>({}, { x, thresholds, className: 'wrong' })),
      ],
    },
    `${name}: ${own.length} samples, ${bad.length} failed or late, the slowest answer after ${formatDuration(top)}`,
  );
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

import { ink, plot, plotWidth } from './plot.js';

export interface Span {
  label: string;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  ok: boolean;
}

/** One bar per step on one axis of seconds; a failed step is red. */
export async function timelinePlot(spans: readonly Span[]): Promise<string> {
  if (spans.length === 0) return '<p class="soft">No step was timed.</p>';
  const start = Math.min(...spans.map((span) => span.from));
  const values = spans.map(({ label, from, to, ok }, row) => ({
    // A step that ran twice has two rows.
    row: `${row} ${label}`,
    from: (from - start) / 1000,
    to: (to - start) / 1000,
    took: `${((to - from) / 1000).toFixed(1)} s`,
    ok,
  }));
  const y = {
    field: 'row',
    type: 'nominal',
    sort: null,
    axis: { title: null, labelExpr: "slice(datum.label, indexof(datum.label, ' ') + 1)", domain: false, ticks: false },
  };
  return plot('Timeline of steps', {
    data: { values },
    width: plotWidth,
    height: { step: 18 },
    encoding: { y },
    layer: [
      {
        mark: { type: 'bar', height: 12, minBandSize: 2 },
        encoding: {
          x: { field: 'from', type: 'quantitative', axis: { title: 'seconds since the first step', grid: false } },
          x2: { field: 'to' },
          color: { condition: { test: 'datum.ok', value: ink.bar }, value: ink.bad },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, color: ink.soft },
        encoding: { x: { field: 'to', type: 'quantitative' }, text: { field: 'took' } },
      },
    ],
  } as never);
}

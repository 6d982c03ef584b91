import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../src/verification/experiment/experiment.js';
import type { Sample } from '../../../../src/verification/experiment/samples.js';
import { graphPlot } from '../../../../src/verification/report/graph-plot.js';
import { latencyPlot, thinned } from '../../../../src/verification/report/latency-plot.js';
import { timelinePlot } from '../../../../src/verification/report/timeline-plot.js';

const hostile = '<script>alert(1)</script>';
const steps = [
  { id: 'bp-cilium', title: hostile, phase: 2, needs: [], done: true },
  { id: 'bp-flux', title: 'Flux', phase: 3, needs: ['bp-cilium', 'not in this run'], done: false },
];
const spans = [
  { label: 'bp-cilium', from: 1000, to: 4000, ok: true },
  { label: 'bp-cilium', from: 5000, to: 5500, ok: false },
];
const sample = (t: number, ms: number, ok = true): Sample => ({ probe: 'console', t, ms, ok });
const experiment = {
  samples: [...Array.from({ length: 5000 }, (_, n) => sample(n * 10, 5 + (n % 7))), sample(20_003, 1, false)],
  probes: [{ name: 'console' }, { name: hostile }],
  window: { requestedMs: 20_000, baselineFrom: 0, faultAt: 15_000, redAt: 16_000, undoAt: 40_000, endedAt: 50_000 },
} as unknown as Experiment;

describe('the plots of the report', () => {
  it.each([
    ['the graph', () => graphPlot(steps)],
    ['the timeline', () => timelinePlot(spans)],
    ['the latency', () => latencyPlot(experiment)],
  ])('%s has the same bytes each time, loads nothing, and no markup of others', async (_, draw) => {
    const first = await draw();
    expect(first).toContain('<svg');
    expect(first).not.toMatch(/<script|(src|href)=|NaN|undefined/);
    expect(await draw()).toBe(first);
  });

  it('show every step, every run of a step, and the window of the fault', async () => {
    const graph = await graphPlot(steps);
    expect(graph).toMatch(/bp-cilium[\s\S]*bp-flux/);
    expect(graph.match(/stroke-dasharray="4,3"/g)).toHaveLength(1);
    const timeline = await timelinePlot(spans);
    expect(timeline.match(/>bp-cilium</g)).toHaveLength(2);
    expect(timeline).toContain('3.0 s');
    const latency = await latencyPlot(experiment);
    expect(latency).toContain('from 15.0 s to 40.0 s');
    expect(latency).toContain('red from 16.0 s');
    expect(latency.match(/fill="#f6e9d2"/g)).toHaveLength(1);
    expect(latency.match(/fill="#f3d3cf"/g)).toHaveLength(1);
  });

  it('have one point per column of pixels, and never lose a failure', () => {
    const kept = thinned(experiment.samples, 50_000, 100);
    expect(kept).toHaveLength(100);
    expect(kept.filter(({ ok }) => !ok)).toEqual([sample(20_003, 1, false)]);
    expect(kept[0]!.ms).toBe(11);
  });

  it('say that nothing was timed', async () => {
    expect(await timelinePlot([])).toContain('No step was timed');
  });
});

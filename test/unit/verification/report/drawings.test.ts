import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../src/verification/experiment/experiment.js';
import type { Sample } from '../../../../src/verification/experiment/samples.js';
import { openPlotter } from '../../../../src/verification/report/plotter.js';
import { probeLanes } from '../../../../src/verification/report/probe-lanes.js';
import { stepGraph } from '../../../../src/verification/report/step-graph.js';
import { timeline, withoutPauses } from '../../../../src/verification/report/timeline.js';

const plotter = await openPlotter();

const hostile = '<script>alert(1)</script>';
const steps = [
  { id: 'bp-cilium', title: hostile, phase: 2, needs: [], done: true },
  {
    id: 'bp-flux',
    title: 'Flux: helm-controller bound to cluster-admin',
    phase: 3,
    needs: ['bp-cilium', 'not in this run'],
    done: false,
  },
];
const hour = 3_600_000;
const spans = [
  { label: 'bp-cilium', from: 1000, to: 4000, ok: true },
  { label: 'bp-cilium', from: hour, to: hour + 500, ok: false },
  { label: 'bp-flux', from: hour + 500, to: hour + 20_500, ok: true },
];
const titles = new Map([[2, 'Infrastructure']]);
const shades = [{ label: 'catalyst-api stopped (D17)', cls: 'fault', from: hour + 5500, to: hour + 15_500 }];
/** Attributes of the first shape in each group of that class. */
const shapes = (drawn: string, cls: string): Record<string, string>[] =>
  [...drawn.matchAll(new RegExp(`<g[^>]* class="${cls}"[^>]*><(?:rect|line|path) ([^>]*?) ?/>`, 'g'))].map(
    ([, found]) => Object.fromEntries([...found!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])),
  );
const sample = (t: number, ms: number, ok = true): Sample => ({ probe: 'console', t, ms, ok });
const summary = {
  class: 'sovereign',
  samples: 3,
  failures: 1,
  notObserved: 0,
  longestOutageMs: 1500,
  p50: 5,
  p95: 11,
  max: 11,
};
const experiment = {
  samples: [...Array.from({ length: 5000 }, (_, n) => sample(n * 10, 5 + (n % 7))), sample(20_003, 1, false)],
  probes: [
    { name: 'console', ...summary },
    { name: hostile, ...summary, class: 'control' },
  ],
  window: { requestedMs: 20_000, baselineFrom: 0, faultAt: 15_000, redAt: 16_000, undoAt: 40_000, endedAt: 50_000 },
} as unknown as Experiment;

describe('the drawings of the report', () => {
  it.each([
    ['the graph', async () => stepGraph(steps, titles)],
    ['the timeline', async () => timeline(await openPlotter(), { spans, steps, shades, titles })],
    ['the probes', async () => probeLanes(await openPlotter(), experiment)],
  ])('%s has the same bytes each time, loads nothing, and no markup of others', async (_, draw) => {
    const first = await draw();
    expect(first).toContain('<svg');
    expect(first).not.toMatch(/<script|<style| (src|href|style)=|NaN|undefined|Infinity/);
    expect(await draw()).toBe(first);
  });

  it('the graph names each step with its title and what it needs, at two widths, and dashes what is not done', () => {
    const graph = stepGraph(steps, titles);
    expect(graph.match(/<svg class="graph (wide|narrow)"/g)).toHaveLength(2);
    expect(graph.match(/>phase 2 · Infrastructure</g)).toHaveLength(2);
    expect(graph.match(/>← bp-cilium</g)).toHaveLength(2);
    expect(graph).toMatch(/>Flux: helm-controller</);
    expect(graph.match(/stroke-dasharray="4,3"/g)).toHaveLength(2);
    expect(graph.match(/class="arrow"/g)).toHaveLength(2);
  });

  it('the graph leaves out what is needed by what is needed', () => {
    const more = [...steps, { id: '#376', title: '', phase: 4, needs: ['bp-cilium', 'bp-flux'], done: false }];
    expect(stepGraph(more)).toContain('>← bp-flux<');
    expect(stepGraph(more)).not.toContain('← bp-cilium bp-flux');
  });

  it('a pause of an hour squeezes no bar; it is cut out and told', () => {
    const { at, end, pauses } = withoutPauses(spans);
    expect([at(1000), at(4000), at(hour), end]).toEqual([0, 3000, 3000, 23_500]);
    expect(pauses).toEqual([{ at: 3000, ms: hour - 4000 }]);
    const drawn = timeline(plotter, { spans, steps, shades, titles });
    expect(drawn).toMatch(
      /<h3>Phase 2 Infrastructure: 4s<[\s\S]*pauses of together 59m56s are cut out[\s\S]*<h3>Phase 3: 20s</,
    );
  });

  it('the timeline has an axis, every run of a step, and the windows of experiments, and says in words what each bar shows', () => {
    const drawn = timeline(plotter, { spans, steps, shades, titles });
    expect(drawn.match(/<title>Scale from 0 to (4|20)s</g)).toHaveLength(2);
    expect([...drawn.matchAll(/class="plot"[^>]*role="img"><title>([^<]+)</g)].map(([, title]) => title)).toEqual([
      'Scale from 0 to 4s',
      'bp-cilium: from 0 to 3s of 4s',
      'bp-cilium: from 3s to 4s of 4s, failed',
      'Scale from 0 to 20s',
      'bp-flux: from 0 to 20s of 20s',
    ]);
    expect(drawn).toMatch(/>bp-flux Flux: helm[\s\S]*>01:00:00<[\s\S]*>20s</);
    expect(drawn).toContain('shaded: catalyst-api stopped (D17), 01:00:05 to 01:00:15');
    // a quarter to three quarters of 332 pixels, from the 12th
    expect(shapes(drawn, 'fault')).toEqual([{ x: '95', width: '166', y: '0', height: '16' }]);
    expect(shapes(drawn, 'bad')).toEqual([{ x: '297', width: '49', y: '3', height: '10' }]);
    expect(shapes(drawn, 'pause').map(({ x1 }) => x1)).toEqual(['297', '297']);
  });

  it('a step that took no time has a bar too', () => {
    const moment = [{ label: 'bp-cilium', from: 1000, to: 1000, ok: true }];
    expect(shapes(timeline(plotter, { spans: moment, steps, shades, titles }), 'ok')).toMatchObject([{ width: '2' }]);
  });

  it('says that nothing was timed', () => {
    expect(timeline(plotter, { spans: [], steps, shades, titles })).toContain('No step was timed');
  });

  it('each probe has both axes on a scale of its own, the window of the fault, its failures, and the same in words', () => {
    const lanes = probeLanes(plotter, experiment);
    expect(lanes).toContain('Shaded from 15.0 s to 40.0 s');
    expect(lanes).toContain('red from 16.0 s');
    expect(lanes).toContain('<title>console: 5001 samples, 1 failed or late, the slowest answer after 11ms</title>');
    expect(lanes).toMatch(
      /x-axis[\s\S]*?>0<[\s\S]*?>15s<[\s\S]*?>30s<[\s\S]*?>45s<[\s\S]*?y-axis[\s\S]*?>0<[\s\S]*?>11ms</,
    );
    // 0.3 to 0.8 of 304 pixels, from the 40th
    const shaded = { x: '131', width: '152', y: '5', height: '25' };
    expect(shapes(lanes, 'fault')).toEqual([shaded, shaded]);
    expect(lanes).toMatch(/1 \(must fail\)/);
  });

  it('has one point per column, the slowest, and never loses a failure', () => {
    const lanes = probeLanes(plotter, experiment);
    const points = shapes(lanes, 'good')[0]!.d!.slice(1).split('L');
    expect(points.map((point) => Number(point.split(',')[0]))).toEqual(Array.from({ length: 304 }, (_, n) => 40 + n));
    expect(new Set(points.map((point) => point.split(',')[1]))).toEqual(new Set(['5']));
    expect(shapes(lanes, 'wrong').map(({ x1 }) => x1)).toEqual(['161']);
  });

  it('of 100,000 samples has no more bytes than of a few: a column of pixels is one point', () => {
    const many = {
      ...experiment,
      samples: Array.from({ length: 100_000 }, (_, n) => sample(n / 2, 5 + (n % 7), n % 3 > 0)),
    };
    expect(probeLanes(plotter, many as Experiment).length).toBeLessThan(60_000);
  });
});

import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../src/verification/experiment/experiment.js';
import type { Sample } from '../../../../src/verification/experiment/samples.js';
import { probeLanes, thinned } from '../../../../src/verification/report/probe-lanes.js';
import { stepGraph } from '../../../../src/verification/report/step-graph.js';
import { timeline, withoutPauses } from '../../../../src/verification/report/timeline.js';

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
    ['the graph', () => stepGraph(steps, titles)],
    ['the timeline', () => timeline({ spans, steps, shades, titles })],
    ['the probes', () => probeLanes(experiment)],
  ])('%s has the same bytes each time, loads nothing, and no markup of others', (_, draw) => {
    const first = draw();
    expect(first).toContain('<svg');
    expect(first).not.toMatch(/<script|(src|href)=|NaN|undefined|Infinity/);
    expect(draw()).toBe(first);
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
    const drawn = timeline({ spans, steps, shades, titles });
    expect(drawn).toMatch(
      /<h3>Phase 2 Infrastructure: 4s<[\s\S]*pauses of together 59m56s are cut out[\s\S]*<h3>Phase 3: 20s</,
    );
  });

  it('the timeline has an axis, every run of a step, and the windows of experiments', () => {
    const drawn = timeline({ spans, steps, shades, titles });
    expect(drawn.match(/class="axis"/g)).toHaveLength(2);
    expect(drawn).toMatch(/>bp-flux Flux: helm[\s\S]*>01:00:00<[\s\S]*>20s</);
    expect(drawn).toContain('shaded: catalyst-api stopped (D17), 01:00:05 to 01:00:15');
    expect(drawn).toContain('<rect class="fault" x="250" y="0" width="500" height="30"/>');
    expect(drawn.match(/class="bad"/g)).toHaveLength(1);
  });

  it('says that nothing was timed', () => {
    expect(timeline({ spans: [], steps, shades, titles })).toContain('No step was timed');
  });

  it('each probe has a scale of its own, the window of the fault, its failures, and the same in words', () => {
    const lanes = probeLanes(experiment);
    expect(lanes).toContain('Shaded from 15.0 s to 40.0 s');
    expect(lanes).toContain('red from 16.0 s');
    expect(lanes).toContain('>0–11ms<');
    expect(lanes.match(/<rect class="fault" x="300" y="0" width="500"/g)).toHaveLength(2);
    expect(lanes.match(/<path class="wrong" d="M4\d\d[^"]*"/g)).toHaveLength(1);
    expect(lanes).toMatch(/1 \(must fail\)/);
    expect(lanes).toMatch(/>0 s<\/span><span>25\.0 s<\/span><span>50\.0 s</);
  });

  it('has one point per column, and never loses a failure', () => {
    const kept = thinned(experiment.samples, 50_000, 100);
    expect(kept).toHaveLength(100);
    expect(kept.filter(({ ok }) => !ok)).toEqual([sample(20_003, 1, false)]);
    expect(kept[0]!.ms).toBe(11);
  });
});

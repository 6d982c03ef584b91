/** The report's pictures, as inline SVG: the graph of steps, the timeline, latency with the fault window shaded. */
import type { Experiment } from '../experiment/experiment.js';
import { text } from './report-parts.js';

export interface GraphStep {
  id: string;
  title: string;
  phase: number;
  needs: readonly string[];
  done: boolean;
}

const box = { width: 92, height: 24, gapX: 26, gapY: 8 };

/** Steps in columns by phase, with their dependencies. */
export function graphPicture(steps: readonly GraphStep[]): string {
  const phases = [...new Set(steps.map((step) => step.phase))].sort((a, b) => a - b);
  const place = new Map<string, { x: number; y: number }>();
  for (const [column, phase] of phases.entries()) {
    for (const [row, step] of steps.filter((one) => one.phase === phase).entries()) {
      place.set(step.id, { x: 8 + column * (box.width + box.gapX), y: 30 + row * (box.height + box.gapY) });
    }
  }
  const height = Math.max(60, ...[...place.values()].map(({ y }) => y + box.height + 10));
  const width = 16 + phases.length * (box.width + box.gapX);
  const lines = steps.flatMap((step) =>
    step.needs.flatMap((need) => {
      const from = place.get(need);
      const to = place.get(step.id);
      if (!from || !to) return [];
      const [x1, y1] = [from.x + box.width, from.y + box.height / 2];
      const [x2, y2] = [to.x, to.y + box.height / 2];
      return [`<path d="M${x1} ${y1} C${x1 + 14} ${y1} ${x2 - 14} ${y2} ${x2} ${y2}" fill="none" stroke="#c3cad5"/>`];
    }),
  );
  const boxes = steps.map((step) => {
    const { x, y } = place.get(step.id)!;
    const colour = step.done ? '#1f7a3d' : '#8a5a00';
    const label = step.id.length > 15 ? `${step.id.slice(0, 14)}…` : step.id;
    return `<g><title>${text(step.title)}</title><rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="3" fill="#fff" stroke="${colour}" ${step.done ? '' : 'stroke-dasharray="4 3"'}/><text x="${x + box.width / 2}" y="${y + 16}" text-anchor="middle" fill="#1c2330">${text(label)}</text></g>`;
  });
  const heads = phases.map(
    (phase, column) => `<text x="${8 + column * (box.width + box.gapX)}" y="16" fill="#5d6675">phase ${phase}</text>`,
  );
  return picture(width, height, 'Graph of steps and their dependencies', [...heads, ...lines, ...boxes]);
}

export interface Span {
  label: string;
  from: number;
  to: number;
  ok: boolean;
}

/** Spans on one axis; times in milliseconds. */
export function timelinePicture(spans: readonly Span[]): string {
  if (spans.length === 0) return '<p class="soft">No step was timed.</p>';
  const start = Math.min(...spans.map((span) => span.from));
  const end = Math.max(start + 1, ...spans.map((span) => span.to));
  const left = 130;
  const width = 1000;
  const x = (at: number) => left + ((at - start) / (end - start)) * (width - left - 70);
  const rows = spans.map((span, row) => {
    const y = 14 + row * 18;
    const bar = Math.max(2, x(span.to) - x(span.from));
    const seconds = ((span.to - span.from) / 1000).toFixed(1);
    return `<text x="${left - 8}" y="${y + 10}" text-anchor="end" fill="#1c2330">${text(span.label)}</text><rect x="${x(span.from)}" y="${y}" width="${bar}" height="12" fill="${span.ok ? '#4a7fb5' : '#b3261e'}"/><text x="${x(span.from) + bar + 5}" y="${y + 10}" fill="#5d6675">${seconds} s</text>`;
  });
  return picture(width, 24 + spans.length * 18, 'Timeline of steps', rows);
}

/** One lane for each probe: latency as dots, failures as marks, the window of the fault shaded. */
export function latencyPicture(experiment: Experiment): string {
  const { samples, probes, window } = experiment;
  const left = 210;
  const width = 1000;
  const lane = 34;
  const end = Math.max(1, window.endedAt);
  const x = (t: number) => left + (t / end) * (width - left - 10);
  const slowest = Math.max(50, ...samples.map((sample) => sample.ms));
  const height = 34 + probes.length * lane;
  const shade = (from: number, to: number, colour: string) =>
    `<rect x="${x(from)}" y="20" width="${Math.max(1, x(to) - x(from))}" height="${height - 30}" fill="${colour}"/>`;
  const parts = [
    shade(window.faultAt, window.undoAt, '#f6e9d2'),
    ...(window.redAt === undefined ? [] : [shade(window.redAt, window.undoAt, '#f3d3cf')]),
    `<text x="${x(window.faultAt)}" y="14" fill="#8a5a00">fault</text>`,
    ...(window.redAt === undefined
      ? []
      : [`<text x="${x(window.redAt)}" y="14" dx="28" fill="#b3261e">canary red</text>`]),
    `<text x="${x(window.undoAt)}" y="14" fill="#1f7a3d">undo</text>`,
  ];
  for (const [row, probe] of probes.entries()) {
    const base = 24 + (row + 1) * lane;
    parts.push(`<line x1="${left}" y1="${base}" x2="${width - 10}" y2="${base}" stroke="#d5dae2"/>`);
    const name = probe.name.length > 34 ? `${probe.name.slice(0, 33)}…` : probe.name;
    parts.push(`<text x="${left - 8}" y="${base - 6}" text-anchor="end" fill="#1c2330">${text(name)}</text>`);
    const dots = samples
      .filter((sample) => sample.probe === probe.name)
      .map((sample) => {
        const y = base - 2 - (sample.ms / slowest) * (lane - 8);
        return sample.ok
          ? `<circle cx="${x(sample.t).toFixed(1)}" cy="${y.toFixed(1)}" r="1.3" fill="#4a7fb5"/>`
          : `<path d="M${x(sample.t).toFixed(1)} ${base} v-${lane - 8}" stroke="#b3261e"/>`;
      });
    parts.push(dots.join(''));
  }
  return picture(width, height, `Latency of each probe; full height is ${slowest} ms; red marks are failures`, parts);
}

function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<figure><svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${text(title)}">${parts.join('\n')}</svg><figcaption class="soft">${text(title)}</figcaption></figure>`;
}

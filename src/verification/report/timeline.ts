/** What was done when: a table for each phase, with a bar for each step. Pauses are cut out, so that one of hours squeezes nothing. Pure. */
import type { Markish } from '@observablehq/plot';
import { formatDuration } from '../../support/durations.js';
import { type Plotter, tickOf, timeScale } from './plotter.js';
import { table, text } from './report-parts.js';

export interface Span {
  /** Id of the step. */
  label: string;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
  ok: boolean;
}

/** Something to be shaded: the window of an experiment. */
export interface Shade {
  label: string;
  /** `fault` or `block`. */
  cls: string;
  /** Milliseconds since the epoch. */
  from: number;
  to: number;
}

export interface TimelineRequest {
  spans: readonly Span[];
  steps: readonly { id: string; title: string; phase: number }[];
  shades: readonly Shade[];
  /** Titles of phases. */
  titles: ReadonlyMap<number, string>;
}

export function timeline(plotter: Plotter, { spans, steps, shades, titles }: TimelineRequest): string {
  if (spans.length === 0) return '<p class="soft">No step was timed.</p>';
  const byId = new Map(steps.map((step) => [step.id, step]));
  const phaseOf = ({ label }: Span) => byId.get(label)?.phase ?? 8;
  return [...new Set(spans.map(phaseOf))]
    .sort((a, b) => a - b)
    .map((phase) => {
      const own = spans.filter((span) => phaseOf(span) === phase);
      const name = (id: string) =>
        [id, byId.get(id)?.title ?? ''].filter((word, at) => at === 0 || word !== id).join(' ');
      return phaseTable(plotter, own, { title: `Phase ${phase} ${titles.get(phase) ?? ''}`.trim(), name, shades });
    })
    .join('\n');
}

function phaseTable(
  { marks, draw }: Plotter,
  spans: readonly Span[],
  { title, name, shades }: { title: string; name: (id: string) => string; shades: readonly Shade[] },
): string {
  const { at, end, pauses } = withoutPauses(spans);
  const inside = shades.filter((shade) => spans.some(({ from, to }) => shade.from < to && shade.to > from));
  const x = timeScale(end);
  const ground: Markish[] = [
    ...inside.map(({ cls, from, to }) => marks.rect([0], { x1: at(from), x2: at(to), className: cls })),
    marks.gridX({ ticks: 4 }),
    marks.ruleX(pauses, { x: 'at', className: 'pause' }),
  ];
  const rows = spans.map((span) => {
    const [x1, x2] = [at(span.from), at(span.to)];
    // a step that took no time is seen too
    const insets = { insetTop: 3, insetBottom: 3, insetRight: -2 };
    const bar = marks.rect([0], { x1, x2, ...insets, className: span.ok ? 'ok' : 'bad' });
    const took = formatDuration(span.to - span.from);
    return [
      text(name(span.label)),
      text(clock(span.from)),
      draw(
        { ...margins, height: 16, marginTop: 0, marginBottom: 0, x, marks: [...ground, bar] },
        `${span.label}: from ${tickOf(x1)} to ${formatDuration(x2)} of ${formatDuration(end)}${span.ok ? '' : ', failed'}`,
      ),
      took,
    ];
  });
  const cut = pauses.reduce((sum, { ms }) => sum + ms, 0);
  const notes = [
    ...(pauses.length > 0 ? [`pauses of together ${formatDuration(cut)} are cut out (thin lines)`] : []),
    ...inside.map(({ label, from, to }) => `shaded: ${label}, ${clock(from)} to ${clock(to)}`),
  ];
  const axis = marks.axisX({ anchor: 'top', ticks: 4, tickFormat: tickOf });
  const scale = draw(
    { ...margins, height: 20, marginTop: 20, marginBottom: 0, x, marks: [axis] },
    `Scale from 0 to ${formatDuration(end)}`,
  );
  return `<h3>${text(title)}: ${formatDuration(end)}</h3>${notes.length > 0 ? `<p class="soft">${text(notes.join('; '))}</p>` : ''}${table(['Step', 'Begun (UTC)', 'Course', 'Took'], [['', '', scale, ''], ...rows], 'bars')}`;
}

/** Room for half of the first and of the last tick's words. */
const margins = { marginLeft: 12, marginRight: 16 };

/** UTC, so that the same data is the same page anywhere. */
const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

export interface CutAxis {
  /** Where a moment is on the axis, in milliseconds of work since its begin. */
  at(moment: number): number;
  end: number;
  pauses: { at: number; ms: number }[];
}

/** Times in which no step ran are left out where they are longer than a twentieth of the work, and than two seconds. */
export function withoutPauses(spans: readonly { from: number; to: number }[]): CutAxis {
  const busy: { from: number; to: number }[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = busy.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else busy.push({ from, to });
  }
  const work = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const longest = Math.max(2000, work / 20);
  const cuts = busy.slice(1).flatMap(({ from }, index) => {
    const begin = busy[index]!.to;
    return from - begin > longest ? [{ from: begin, to: from }] : [];
  });
  const start = busy[0]?.from ?? 0;
  const at = (moment: number) => {
    const lost = cuts.reduce((sum, cut) => sum + Math.max(0, Math.min(moment, cut.to) - cut.from), 0);
    return moment - start - lost;
  };
  return {
    at,
    end: Math.max(1, at(Math.max(start, ...busy.map(({ to }) => to)))),
    pauses: cuts.map(({ from, to }) => ({ at: at(from), ms: to - from })),
  };
}

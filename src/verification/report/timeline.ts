/** What was done when: a table for each phase, with a bar for each step. Pauses are cut out, so that one of hours squeezes nothing. Pure. */
import { formatDuration } from '../../support/durations.js';
import { axis, bars, type Rect } from './bars.js';
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

export function timeline({ spans, steps, shades, titles }: TimelineRequest): string {
  if (spans.length === 0) return '<p class="soft">No step was timed.</p>';
  const byId = new Map(steps.map((step) => [step.id, step]));
  const phaseOf = ({ label }: Span) => byId.get(label)?.phase ?? 8;
  return [...new Set(spans.map(phaseOf))]
    .sort((a, b) => a - b)
    .map((phase) => {
      const own = spans.filter((span) => phaseOf(span) === phase);
      const name = (id: string) =>
        [id, byId.get(id)?.title ?? ''].filter((word, at) => at === 0 || word !== id).join(' ');
      return phaseTable(own, { title: `Phase ${phase} ${titles.get(phase) ?? ''}`.trim(), name, shades });
    })
    .join('\n');
}

function phaseTable(
  spans: readonly Span[],
  { title, name, shades }: { title: string; name: (id: string) => string; shades: readonly Shade[] },
): string {
  const axisOf = withoutPauses(spans);
  const { at, end, pauses } = axisOf;
  const inside = shades.filter((shade) => spans.some(({ from, to }) => shade.from < to && shade.to > from));
  const marks: Rect[] = [
    ...inside.map(({ cls, from, to }) => ({ cls, from: at(from), to: at(to) })),
    ...pauses.map((pause) => ({ cls: 'pause', from: pause.at, to: pause.at })),
  ];
  const rows = spans.map((span) => [
    text(name(span.label)),
    text(clock(span.from)),
    bars(
      [...marks, { cls: span.ok ? 'ok' : 'bad', from: at(span.from), to: at(span.to), top: 0.25, bottom: 0.75 }],
      end,
    ),
    formatDuration(span.to - span.from),
  ]);
  const cut = pauses.reduce((sum, { ms }) => sum + ms, 0);
  const notes = [
    ...(pauses.length > 0 ? [`pauses of together ${formatDuration(cut)} are cut out (thin lines)`] : []),
    ...inside.map(({ label, from, to }) => `shaded: ${label}, ${clock(from)} to ${clock(to)}`),
  ];
  const scale = axis('0', formatDuration(end / 2), formatDuration(end));
  return `<h3>${text(title)}: ${formatDuration(end)}</h3>${notes.length > 0 ? `<p class="soft">${text(notes.join('; '))}</p>` : ''}${table(['Step', 'Begun (UTC)', 'Course', 'Took'], [['', '', scale, ''], ...rows], 'bars')}`;
}

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

/** One step of the tree as lines: what it is called, how long it takes, why it waits, and the parts that it shows. Pure. */
import cliTruncate from 'cli-truncate';
import { type Part, toCome } from '../../engine/events.js';
import { elapsedOf, remainingMs, type TimedStep } from '../../engine/record/eta.js';
import type { StepStatus } from '../../engine/record/run-record.js';
import { formatDuration } from '../../support/durations.js';
import { oneLine } from '../../support/printable.js';
import type { Paint, Tone } from '../text/paint.js';
import { clockTime } from './lines.js';

export interface StepLine extends TimedStep {
  title?: string;
  ms?: number;
  /** What it waits for, proved, or failed with. */
  note?: string;
  deadline?: Date;
  parts?: readonly Part[];
}

export interface LineOptions {
  columns: number;
  now: Date;
  /** Counts frames, for the spinner. */
  tick: number;
  paint: Paint;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const marks: Record<StepStatus, string> = {
  pending: '◌',
  running: '⠋',
  done: '✔',
  skipped: '✔',
  failed: '✖',
  interrupted: '■',
  blocked: '⊘',
};
export const tones: Record<StepStatus, Tone> = {
  pending: 'dim',
  running: 'busy',
  done: 'good',
  skipped: 'good',
  failed: 'bad',
  interrupted: 'warn',
  blocked: 'dim',
};

export const markOf = (status: StepStatus, tick: number) =>
  status === 'running' ? spinner[tick % spinner.length]! : marks[status];

export const nameOf = ({ id, title }: Pick<StepLine, 'id' | 'title'>) =>
  title && title !== id ? `${id} ${title}` : id;

/** Columns that the names of these steps get: all that they need, and less where reasons need the room. */
export function nameWidth(steps: readonly Pick<StepLine, 'id' | 'title'>[], columns: number): number {
  const longest = Math.max(0, ...steps.map((step) => nameOf(step).length));
  return Math.max(18, Math.min(longest, Math.floor(columns * 0.36)));
}

/** The step itself: its reason comes before its deadline, which only a wide window has room for. */
export function stepText(step: StepLine, width: number, { columns, now, tick, paint }: LineOptions): string {
  const running = step.status === 'running';
  const took = running ? elapsedOf(elapsed(step, now), remainingMs([step], now)) : durationOf(step.ms);
  const note = oneLine((step.note ?? '').replaceAll('\n', ' · '));
  const head = `${cut(nameOf(step), width).padEnd(width)} ${took.padStart(6)}  ${note}`.trimEnd();
  const until = step.deadline ? `   until ${clockTime(step.deadline)}` : '';
  const room = columns - 1 - 6;
  const text = head.length + until.length <= room ? head + until : cut(head, room);
  const mark = paint(markOf(step.status, tick), tones[step.status]);
  return cutPainted(`    ${mark} `, 6, quiet(step.status) ? paint(text, 'dim') : text, text, columns);
}

const quiet = (status: StepStatus) => status === 'pending' || status === 'blocked';
const elapsed = ({ startedAt }: StepLine, now: Date) => (startedAt ? now.getTime() - startedAt.getTime() : 0);

function durationOf(ms: number | undefined): string {
  return ms === undefined ? '' : formatDuration(ms < 1000 ? ms : Math.floor(ms / 1000) * 1000);
}

/** A line that begins with `prefixLength` columns; in a window narrower than that, what is left of it without color. */
function cutPainted(prefix: string, prefixLength: number, painted: string, text: string, columns: number): string {
  if (columns > prefixLength + 1) return prefix + painted;
  return cut(text, columns - 1);
}

const partMarks: Record<Part['state'], [string, Tone]> = {
  running: ['▸', 'busy'],
  pass: ['✔', 'good'],
  fail: ['✖', 'bad'],
  'not-checked': ['◐', 'warn'],
  'left-out': ['○', 'dim'],
};

/** The parts that a running step has shown: moments and their countdown, probes, items. Most urgent first. */
export function partLines(parts: readonly Part[], options: LineOptions): string[] {
  if (parts.length === 0) return [];
  const of = (group: Part['group']) => parts.filter((part) => part.group === group);
  const items = of('item');
  const by = (state: Part['state']) => items.filter((item) => item.state === state);
  const counts = [`${by('pass').length} ✔`, `${by('fail').length} ✖`, `${by('not-checked').length} ◐`];
  const passed = by('pass').map(({ id }) => `✔ ${id}`);
  return [
    ...of('moment')
      .slice(-4)
      .map((part) => momentLine(part, options)),
    ...probeLines(of('probe'), options),
    ...(items.length > 0 ? [label('items', `${counts.join(' · ')} of ${items.length}`, options)] : []),
    ...[
      ...by('fail'),
      ...by('not-checked'),
      ...by('left-out'),
      ...by('running').filter(({ note }) => note !== toCome),
    ].map((part) => partLine(part, options)),
    ...wrapped(passed, options).map((line) => indented(line, options)),
  ];
}

function momentLine(part: Part, options: LineOptions): string {
  const { now } = options;
  const left = part.until && part.state === 'running' ? Math.max(0, part.until.getTime() - now.getTime()) : undefined;
  const counting = left === undefined ? '' : `   ${formatDuration(Math.ceil(left / 1000) * 1000)} left`;
  return partLine({ ...part, note: [counting.trim(), part.note].filter(Boolean).join(' · ') }, options);
}

function partLine({ id, title, state, note }: Part, { columns, paint }: LineOptions): string {
  const [mark, tone] = partMarks[state];
  const text = [title === undefined ? id : `${id} ${title}`, note].filter(Boolean).join(': ');
  return `      ${paint(mark, tone)} ${cut(text, Math.max(2, columns - 8))}`;
}

/** All probes, each with its state, over as many lines as they need. */
function probeLines(probes: readonly Part[], options: LineOptions): string[] {
  if (probes.length === 0) return [];
  const red = probes.filter(({ state }) => state === 'fail');
  const words = [...red, ...probes.filter((one) => !red.includes(one))].map(
    ({ id, state }) => `${state === 'fail' ? '✖' : state === 'pass' ? '✔' : '·'} ${id}`,
  );
  const head = `${probes.filter(({ state }) => state === 'pass').length} of ${probes.length} green`;
  return [label('probes', head, options), ...wrapped(words, options).map((line) => indented(line, options))];
}

const label = (name: string, text: string, { columns, paint }: LineOptions) =>
  paint(cut(`      ${name.padEnd(7)} ${text}`, columns - 1), 'strong');

/** Words of a mark and a name each, as many on a line as there is room. */
function wrapped(words: readonly string[], { columns }: LineOptions): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 2 <= columns - 9)
      lines[lines.length - 1] = `${last}  ${word}`;
    else lines.push(cut(word, Math.max(2, columns - 9)));
  }
  return lines;
}

function indented(line: string, { paint }: LineOptions): string {
  const painted = line.replaceAll('✔', paint('✔', 'good')).replaceAll('✖', paint('✖', 'bad'));
  return `        ${painted}`;
}

/** On one line of at most `columns` columns. */
export function cut(text: string, columns: number): string {
  return cliTruncate(oneLine(text), Math.max(1, columns));
}

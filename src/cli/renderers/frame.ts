/** The live tree as lines of text (wizard.md §2): one line a phase, running phases unfolded, never taller than the window. */

import { elapsedOf, remainingMs } from '../../engine/record/eta.js';
import { isProven } from '../../engine/record/run-record.js';
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import type { Paint, Tone } from '../text/paint.js';
import { cut, markOf, nameOf, nameWidth, partLines, type StepLine, stepText, tones } from './step-lines.js';

export interface PhaseLine {
  id: number;
  title: string;
  steps: readonly StepLine[];
}

/** What is known of the run as a whole; it changes while the run goes on. */
export interface FrameHeader {
  runId: string;
  planHash: string;
  startedAt: Date;
  /** Set once the run is over. */
  finishedMs?: number;
  writes: number;
  fqdn?: string;
  lab?: string;
  /** What goes on after ^C, as this person types it. */
  resume?: string;
}

export interface FrameOptions extends FrameHeader {
  columns: number;
  rows: number;
  now: Date;
  /** Counts frames, for the spinner. */
  tick: number;
  paint: Paint;
  /** The last frame, which stays above the summary: what ended, and nothing that only matters meanwhile. */
  last?: boolean;
}

interface PhaseBlock {
  head: string;
  /** The lowest rank is the last to go where there is no room. */
  steps: { text: string; rank: number }[];
  running: boolean;
}

/** Pure. At most `rows - 1` lines, each narrower than `columns`. */
export function drawFrame(phases: readonly PhaseLine[], options: FrameOptions): string[] {
  const { columns, rows, paint, writes, last } = options;
  if (rows < 10 || columns < 40) return drawSmallFrame(phases, options);
  if (last)
    return [header(phases, options), ...phases.flatMap((phase) => lastLines(phase, options))].slice(0, rows - 1);
  const blocks = phases.map((phase) => block(phase, options));
  const frame = [header(phases, options), ''];
  const hint = `  writes ${writes} · ^C stops cleanly, \`${options.resume ?? command('resume')}\` goes on`;
  const footer = ['', paint(cut(hint, columns - 1), 'dim')];
  // One row stays free for the cursor.
  const room = Math.max(1, rows - 1 - frame.length - footer.length);
  const body = shrink(blocks, room, paint);
  return [...frame, ...body, ...footer].slice(0, Math.max(1, rows - 1));
}

/** Where there is no room for a tree: how far it is, and the wait that matters most, over as many lines as there are. */
function drawSmallFrame(phases: readonly PhaseLine[], options: FrameOptions): string[] {
  const { columns, rows, now, tick, paint, startedAt, finishedMs, last } = options;
  const steps = phases.flatMap((phase) => phase.steps);
  const elapsed = finishedMs ?? now.getTime() - startedAt.getTime();
  const rest = finishedMs === undefined ? remainingMs(steps, now) : undefined;
  const head = `${steps.filter(isProven).length}/${steps.length} ${elapsedOf(elapsed, rest)}`;
  const urgent = last
    ? undefined
    : steps.filter(({ status }) => status === 'running' || status === 'failed').sort(byUrgency)[0];
  const text = urgent ? `${markOf(urgent.status, tick)} ${nameOf(urgent)} ${urgent.note ?? ''}` : '';
  const letters = [...cut(text.replaceAll(/\s+/g, ' ').trim(), columns * rows)];
  const wide = Math.max(1, columns - 1);
  const room = Math.max(0, rows - 2);
  const lines = Array.from({ length: Math.min(room, Math.ceil(letters.length / wide)) }, (_, line) =>
    cut(letters.slice(line * wide, (line + 1) * wide).join(''), wide),
  );
  return [paint(cut(head, columns - 1), 'strong'), ...lines.map((line) => paint(line, tones[urgent!.status]))];
}

/** A failure first, then the wait that ends soonest, then what has been running longest. */
function byUrgency(a: StepLine, b: StepLine): number {
  const rank = ({ status, deadline }: StepLine) => (status === 'failed' ? 0 : deadline ? 1 : 2);
  const time = ({ deadline, startedAt }: StepLine) => (deadline ?? startedAt)?.getTime() ?? 0;
  return rank(a) - rank(b) || time(a) - time(b);
}

function header(phases: readonly PhaseLine[], options: FrameOptions): string {
  const { columns, now, fqdn, lab, paint, runId, planHash, startedAt, finishedMs } = options;
  const elapsed = finishedMs ?? now.getTime() - startedAt.getTime();
  const steps = phases.flatMap((phase) => phase.steps);
  const right = elapsedOf(elapsed, finishedMs === undefined ? remainingMs(steps, now) : undefined);
  const where = ['catalyst', fqdn, lab && `lab ${lab}`].filter(Boolean).join(' · ');
  const ids = [`run ${runId.slice(0, 6)}`, ...(planHash ? [`plan ${planHash.slice(0, 6)}…`] : [])].join(' · ');
  const room = columns - 1 - right.length - 2;
  // The time comes first where space is short, then the Sovereign, then the ids.
  const whole = `${where} · ${ids}`;
  const left = whole.length <= room ? whole : cut(where, Math.max(1, room));
  return paint(cut(`${left.padEnd(room)}  ${right}`, columns - 1), 'strong');
}

interface PhaseState {
  mark: string;
  tone: Tone;
  running: boolean;
  complete: boolean;
}

function stateOf(steps: readonly StepLine[]): PhaseState {
  const some = (...all: StepLine['status'][]) => steps.some(({ status }) => all.includes(status));
  const complete = steps.length > 0 && steps.every(isProven);
  const running = some('running');
  if (some('failed')) return { mark: '✖', tone: 'bad', running, complete };
  if (some('interrupted')) return { mark: '■', tone: 'warn', running, complete };
  if (complete) return { mark: '✔', tone: 'good', running, complete };
  return running ? { mark: '❯', tone: 'busy', running, complete } : { mark: ' ', tone: 'dim', running, complete };
}

function headOf({ id, title, steps }: PhaseLine, state: PhaseState, options: FrameOptions): string {
  const { columns, now, paint } = options;
  const { mark, tone, running, complete } = state;
  const begun = steps.flatMap(({ startedAt }) => startedAt?.getTime() ?? []);
  const since = now.getTime() - Math.min(...begun);
  const took = complete
    ? formatDuration(spanOf(steps))
    : running
      ? elapsedOf(since, remainingMs(steps.map(withoutNeeds(steps)), now))
      : '';
  const proofs = complete ? steps.map((step) => `${nameOf(step)}: ${step.note ?? ''}`.trim()).join(' · ') : '';
  const count = `${steps.filter(isProven).length}/${steps.length}`;
  const rest = cut(
    `${id}  ${title.padEnd(33)} ${count.padStart(5)} ${took.padStart(6)}   ${proofs}`.trimEnd(),
    columns - 3,
  );
  return `${paint(mark, tone)} ${tone === 'dim' ? paint(rest, 'dim') : rest}`;
}

/** Of a phase alone: what comes before it is not part of its time. */
function withoutNeeds(steps: readonly StepLine[]): (step: StepLine) => StepLine {
  const own = new Set(steps.map(({ id }) => id));
  return (step) => ({ ...step, needs: step.needs?.filter((id) => own.has(id)) });
}

function block(phase: PhaseLine, options: FrameOptions): PhaseBlock {
  const { steps } = phase;
  const state = stateOf(steps);
  const shown = state.complete
    ? []
    : steps.filter(({ status }) => state.running || status === 'failed' || status === 'interrupted');
  const width = nameWidth(shown, options.columns);
  return {
    head: headOf(phase, state, options),
    running: state.running || state.mark === '✖',
    steps: shown.flatMap((step) => {
      const parts = step.status === 'running' ? partLines(step.parts ?? [], options) : [];
      return [stepText(step, width, options), ...parts].map((text) => ({ text, rank: rankOf(step) }));
    }),
  };
}

/** What failed and what runs stay in sight longer than what ended and what has not begun. */
function rankOf({ status }: StepLine): number {
  if (status === 'failed') return 0;
  if (status === 'running' || status === 'interrupted') return 1;
  return isProven({ status }) ? 2 : 3;
}

function lastLines(phase: PhaseLine, options: FrameOptions): string[] {
  const state = stateOf(phase.steps);
  const bad = phase.steps.filter(({ status }) => status === 'failed' || status === 'interrupted');
  const width = nameWidth(bad, options.columns);
  // The error below says why.
  const short = bad.map((step) => stepText({ ...step, note: step.status, deadline: undefined }, width, options));
  return [headOf(phase, { ...state, running: false }, options), ...short];
}

/** Wall time of a phase: the sum would count parallel steps twice. */
function spanOf(steps: readonly StepLine[]): number {
  const starts = steps.flatMap((step) => step.startedAt?.getTime() ?? []);
  const ends = steps.flatMap((step) => (step.startedAt ? step.startedAt.getTime() + (step.ms ?? 0) : []));
  return starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}

/** Drops lines until it fits: first steps that are over or not begun, then whole blocks, always saying how many. */
function shrink(blocks: readonly PhaseBlock[], room: number, paint: Paint): string[] {
  const linesOf = ({ head, steps }: PhaseBlock) => [head, ...steps.map(({ text }) => text)];
  const lines = blocks.flatMap(linesOf);
  if (lines.length <= room) return lines;
  if (blocks.length + 1 > room) {
    const active = blocks.filter((entry) => entry.running);
    return (active.length > 0 ? active : blocks.slice(-1)).flatMap(linesOf).slice(0, room);
  }
  let left = room - blocks.length;
  return blocks.flatMap(({ head, steps }) => {
    if (left === 0) return [head];
    const kept = steps.length <= left ? steps : mostUrgent(steps, left - 1);
    left -= Math.min(left, kept.length + (kept.length < steps.length ? 1 : 0));
    const more = steps.length - kept.length;
    return [head, ...kept.map(({ text }) => text), ...(more > 0 ? [paint(`      … ${more} more`, 'dim')] : [])];
  });
}

/** So many of them, in their own order. */
function mostUrgent(steps: PhaseBlock['steps'], count: number): PhaseBlock['steps'] {
  const chosen = new Set(steps.toSorted((a, b) => a.rank - b.rank).slice(0, count));
  return steps.filter((step) => chosen.has(step));
}

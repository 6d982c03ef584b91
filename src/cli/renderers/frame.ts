/** The live tree as lines of text (wizard.md §2): one line a phase, running phases unfolded, never taller than the window. */
import cliTruncate from 'cli-truncate';
import { formatDuration } from '../../support/durations.js';
import { oneLine } from '../../support/printable.js';
import { clockTime } from './lines.js';

export type StepStatus = 'pending' | 'running' | 'done' | 'skipped' | 'failed' | 'blocked';

export interface StepLine {
  id: string;
  status: StepStatus;
  startedAt?: Date;
  ms?: number;
  /** What it waits for, proved, or failed with. */
  note?: string;
  deadline?: Date;
}

export interface PhaseLine {
  id: number;
  title: string;
  steps: readonly StepLine[];
}

/** What is told about the run as a whole; it changes while the run goes on. */
export interface FrameHeader {
  runId: string;
  planHash: string;
  startedAt: Date;
  /** Set once the run is over. */
  finishedMs?: number;
  writes: number;
  fqdn?: string;
  lab?: string;
}

export interface FrameOptions extends FrameHeader {
  columns: number;
  rows: number;
  now: Date;
  /** Counts frames, for the spinner. */
  tick: number;
  paint: (text: string, tone: Tone) => string;
}

export type Tone = 'good' | 'bad' | 'busy' | 'dim' | 'strong';

interface PhaseBlock {
  head: string;
  steps: string[];
  running: boolean;
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const marks: Record<StepStatus, string> = {
  pending: '◌',
  running: '⠋',
  done: '✔',
  skipped: '✔',
  failed: '✖',
  blocked: '⊘',
};
const tones: Record<StepStatus, Tone> = {
  pending: 'dim',
  running: 'busy',
  done: 'good',
  skipped: 'good',
  failed: 'bad',
  blocked: 'dim',
};

/** Pure. At most `rows - 1` lines, each narrower than `columns`. */
export function drawFrame(phases: readonly PhaseLine[], options: FrameOptions): string[] {
  const { columns, rows, paint, writes } = options;
  if (rows < 10 || columns < 40) return drawSmallFrame(phases, options);
  const blocks = phases.map((phase) => block(phase, options));
  const frame = [header(options), ''];
  const footer = ['', paint(cut(`  writes ${writes} · ^C stops cleanly, \`catalyst resume\` goes on`, columns), 'dim')];
  // One row stays free for the cursor.
  const room = Math.max(1, rows - 1 - frame.length - footer.length);
  const body = shrink(blocks, room, paint);
  return [...frame, ...body, ...footer].slice(0, Math.max(1, rows - 1));
}

/** Where there is no room for a tree: how far it is, and the wait that matters most, over as many lines as there are. */
function drawSmallFrame(phases: readonly PhaseLine[], options: FrameOptions): string[] {
  const { columns, rows, now, tick, paint, startedAt, finishedMs } = options;
  const steps = phases.flatMap((phase) => phase.steps);
  const ended = steps.filter(({ status }) => status === 'done' || status === 'skipped').length;
  const elapsed = finishedMs ?? now.getTime() - startedAt.getTime();
  const head = `${ended}/${steps.length} ${formatDuration(Math.floor(elapsed / 1000) * 1000)}`;
  const urgent = steps.filter(({ status }) => status === 'running' || status === 'failed').sort(byUrgency)[0];
  const letters = urgent ? [...oneLine(stepText(urgent, now, tick).replaceAll(/ +/g, ' ').trim())] : [];
  const wide = Math.max(1, columns - 1);
  const room = Math.max(0, rows - 2);
  const lines = Array.from({ length: Math.min(room, Math.ceil(letters.length / wide)) }, (_, line) =>
    cut(letters.slice(line * wide, (line + 1) * wide).join(''), columns),
  );
  return [paint(cut(head, columns), 'strong'), ...lines.map((line) => paint(line, tones[urgent!.status]))];
}

/** A failure first, then the wait that ends soonest, then what has been running longest. */
function byUrgency(a: StepLine, b: StepLine): number {
  const rank = ({ status, deadline }: StepLine) => (status === 'failed' ? 0 : deadline ? 1 : 2);
  const time = ({ deadline, startedAt }: StepLine) => (deadline ?? startedAt)?.getTime() ?? 0;
  return rank(a) - rank(b) || time(a) - time(b);
}

function header({ columns, now, fqdn, lab, paint, runId, planHash, startedAt, finishedMs }: FrameOptions): string {
  const elapsed = finishedMs ?? now.getTime() - startedAt.getTime();
  const parts = ['catalyst', fqdn, `run ${runId.slice(0, 6)}`, `plan ${planHash.slice(0, 6)}…`];
  const left = parts.filter(Boolean).join(' · ') + (lab ? `   lab: ${lab}` : '');
  const right = formatDuration(Math.floor(elapsed / 1000) * 1000);
  const gap = Math.max(2, columns - left.length - right.length - 1);
  return paint(cut(`${left}${' '.repeat(gap)}${right}`, columns), 'strong');
}

function block({ id, title, steps }: PhaseLine, options: FrameOptions): PhaseBlock {
  const { columns, now, tick, paint } = options;
  const ended = steps.filter((step) => step.status === 'done' || step.status === 'skipped').length;
  const running = steps.some((step) => step.status === 'running');
  const failed = steps.some((step) => step.status === 'failed');
  const complete = steps.length > 0 && ended === steps.length;
  const mark = failed ? '✖' : complete ? '✔' : running ? '❯' : ' ';
  const tone: Tone = failed ? 'bad' : complete ? 'good' : running ? 'strong' : 'dim';
  const took = complete ? formatDuration(spanOf(steps)) : '';
  const told = complete ? steps.map((step) => `${step.id} ${step.note ?? ''}`.trim()).join(' · ') : '';
  const head = `${mark} ${id}  ${title.padEnd(30)} ${`${ended}/${steps.length}`.padStart(5)} ${took.padStart(6)}   ${told}`;
  const shown = complete ? [] : steps.filter((step) => running || step.status === 'failed');
  return {
    head: paint(cut(head.trimEnd(), columns), tone),
    running: running || failed,
    steps: shown.map((step) => paint(cut(stepText(step, now, tick), columns), tones[step.status])),
  };
}

function stepText(step: StepLine, now: Date, tick: number): string {
  const mark = step.status === 'running' ? spinner[tick % spinner.length]! : marks[step.status];
  const ms =
    step.ms ?? (step.startedAt && step.status === 'running' ? now.getTime() - step.startedAt.getTime() : undefined);
  const took = ms === undefined ? '' : formatDuration(ms < 1000 ? ms : Math.floor(ms / 1000) * 1000);
  const until = step.deadline ? `   until ${clockTime(step.deadline)}` : '';
  const note = (step.note ?? '').replaceAll('\n', ' · ');
  return `    ${mark} ${step.id.padEnd(22)} ${took.padStart(6)}  ${note}${until}`.trimEnd();
}

/** Wall time of a phase: the sum would count parallel steps twice. */
function spanOf(steps: readonly StepLine[]): number {
  const starts = steps.flatMap((step) => step.startedAt?.getTime() ?? []);
  const ends = steps.flatMap((step) => (step.startedAt ? step.startedAt.getTime() + (step.ms ?? 0) : []));
  return starts.length === 0 ? 0 : Math.max(...ends) - Math.min(...starts);
}

/** Drops lines until it fits: first steps that are over or not begun, then whole blocks, always saying how many. */
function shrink(blocks: readonly PhaseBlock[], room: number, paint: FrameOptions['paint']): string[] {
  const lines = blocks.flatMap(({ head, steps }) => [head, ...steps]);
  if (lines.length <= room) return lines;
  const heads = blocks.length;
  if (heads + 1 <= room) {
    let left = room - heads;
    return blocks.flatMap(({ head, steps }) => {
      if (steps.length <= left) {
        left -= steps.length;
        return [head, ...steps];
      }
      if (left === 0) return [head];
      const kept = steps.slice(0, left - 1);
      const more = paint(`      … ${steps.length - kept.length} more`, 'dim');
      left = 0;
      return [head, ...kept, more];
    });
  }
  const active = blocks.filter((entry) => entry.running);
  const chosen = active.length > 0 ? active : blocks.slice(-1);
  return chosen.flatMap(({ head, steps }) => [head, ...steps]).slice(0, room);
}

/** On one line, narrower than the window: a line that reaches the edge makes some terminals wrap. */
function cut(text: string, columns: number): string {
  return cliTruncate(oneLine(text), Math.max(1, columns - 1));
}

/** The live tree as lines of text (wizard.md §2): one line a phase, running phases unfolded, never taller than the window. */
import { phases } from '../../phases/wbs.js';
import { formatDuration } from '../../support/durations.js';
import { oneLine } from '../../support/printable.js';
import { clockTime } from './lines.js';
import type { StepLine, StepStatus, TreeState } from './tree-state.js';

export interface FrameOptions {
  columns: number;
  rows: number;
  now: Date;
  /** Counts frames, for the spinner. */
  tick: number;
  fqdn?: string;
  lab?: string;
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

export function drawFrame(tree: TreeState, options: FrameOptions): string[] {
  const { columns, rows, paint } = options;
  const ids = [...new Set(tree.steps.map((step) => step.phase))].sort((a, b) => a - b);
  const blocks = ids.map((phase) => block(phase, tree, options));
  const frame = [header(tree, options), ''];
  const footer = [
    '',
    paint(cut(`  writes ${tree.writes} · ^C stops cleanly, \`catalyst resume\` goes on`, columns), 'dim'),
  ];
  // One row stays free for the cursor.
  const room = Math.max(1, rows - 1 - frame.length - footer.length);
  const body = shrink(blocks, room, paint);
  return [...frame, ...body, ...footer].slice(0, Math.max(1, rows - 1));
}

function header(tree: TreeState, { columns, now, fqdn, lab, paint }: FrameOptions): string {
  const elapsed = tree.finishedMs ?? (tree.startedAt ? now.getTime() - tree.startedAt.getTime() : 0);
  const parts = ['catalyst', fqdn, `run ${tree.runId.slice(0, 6)}`, `plan ${tree.planHash.slice(0, 6)}…`];
  const left = parts.filter(Boolean).join(' · ') + (lab ? `   lab: ${lab}` : '');
  const right = formatDuration(Math.floor(elapsed / 1000) * 1000);
  const gap = Math.max(2, columns - width(left) - width(right) - 1);
  return paint(cut(`${left}${' '.repeat(gap)}${right}`, columns), 'strong');
}

function block(phase: number, tree: TreeState, options: FrameOptions): PhaseBlock {
  const { columns, now, tick, paint } = options;
  const steps = tree.steps.filter((step) => step.phase === phase);
  const ended = steps.filter((step) => step.status === 'done' || step.status === 'skipped').length;
  const running = steps.some((step) => step.status === 'running');
  const failed = steps.some((step) => step.status === 'failed');
  const complete = ended === steps.length;
  const mark = failed ? '✖' : complete ? '✔' : running ? '❯' : ' ';
  const tone: Tone = failed ? 'bad' : complete ? 'good' : running ? 'strong' : 'dim';
  const title = phases.find((entry) => entry.id === phase)?.title ?? '';
  const took = complete ? formatDuration(spanOf(steps)) : '';
  const told = complete ? steps.map((step) => `${step.id} ${step.note ?? ''}`.trim()).join(' · ') : '';
  const head = `${mark} ${phase}  ${title.padEnd(30)} ${`${ended}/${steps.length}`.padStart(5)} ${took.padStart(6)}   ${told}`;
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

/** Terminal cells: every character we draw is one wide. */
function width(text: string): number {
  return [...text].length;
}

function cut(text: string, columns: number): string {
  const line = oneLine(text);
  const letters = [...line];
  return letters.length < columns ? line : `${letters.slice(0, Math.max(0, columns - 2)).join('')}…`;
}

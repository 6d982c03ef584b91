/** What a run has shown so far, folded from its events: for lines, the summary, the time that is left, and who watches from elsewhere. */

import { messageOf } from '../../support/errors/errors.js';
import type { Part, RunEvent, RunStep, StepEvent } from '../events.js';

export type StepStatus = 'pending' | 'running' | 'done' | 'skipped' | 'failed' | 'interrupted' | 'blocked';

/** A part with the time of what it shows now: since when something is down, green, or checked. */
export interface RecordedPart extends Part {
  at: Date;
}

export interface RecordedStep extends RunStep {
  status: StepStatus;
  startedAt?: Date;
  ms?: number;
  /** What it waits for, proved, or failed with. */
  note?: string;
  /** When a wait that is shown gives up. */
  deadline?: Date;
  parts: RecordedPart[];
}

export interface RunRecord {
  runId: string;
  planHash: string;
  startedAt: Date;
  steps: RecordedStep[];
  writes: number;
  /** Set once the run is over. */
  finished?: { ms: number; ok: boolean; interrupted: boolean };
}

type Started = Extract<RunEvent, { type: 'run-started' }>;

export function openRecord({ runId, planHash, at, steps }: Started): RunRecord {
  const open = (step: RunStep): RecordedStep => ({ ...step, status: 'pending', parts: [] });
  return { runId, planHash, startedAt: at, steps: steps.map(open), writes: 0 };
}

const ends: Partial<Record<StepEvent['type'], StepStatus>> = {
  started: 'running',
  done: 'done',
  skipped: 'skipped',
  failed: 'failed',
  interrupted: 'interrupted',
  blocked: 'blocked',
};

/** Takes an event into the record. */
export function record(run: RunRecord, event: RunEvent): void {
  if (event.type === 'run-started') return;
  if (event.type === 'run-finished') {
    run.finished = { ms: event.ms, ok: event.ok, interrupted: event.interrupted === true };
    return;
  }
  const step = run.steps.find(({ id }) => id === event.step.id);
  if (!step) return;
  if (event.type === 'mutation') run.writes++;
  if (event.type === 'part') {
    if (event.part) step.parts = withPart(step.parts, { ...event.part, at: event.at });
    return;
  }
  step.deadline = event.deadline;
  if (event.type === 'started') step.startedAt = event.at;
  step.status = ends[event.type] ?? step.status;
  step.ms = event.ms ?? step.ms;
  step.note = noteOf(event) ?? step.note;
}

/** The newest of each part, where it first came; a moment never replaces another. */
export function withPart<P extends Part>(parts: readonly P[], part: P): P[] {
  const at = parts.findIndex(({ group, id }) => group === part.group && id === part.id);
  return at === -1 ? [...parts, part] : parts.map((one, index) => (index === at ? { ...one, ...part } : one));
}

/** What is shown beside the step; undefined leaves what is shown there. */
export function noteOf(event: StepEvent): string | undefined {
  switch (event.type) {
    case 'started':
      return '';
    case 'waiting':
      return `waiting: ${event.reason}`;
    case 'mutation':
      return event.sentence;
    case 'done':
      return event.summary ?? '';
    case 'failed':
      return messageOf(event.error);
    case 'output':
    case 'skipped':
    case 'interrupted':
    case 'blocked':
      return event.reason ?? '';
    default:
      return undefined;
  }
}

export const isProven = ({ status }: Pick<RecordedStep, 'status'>) => status === 'done' || status === 'skipped';

/** What the live tree knows, folded from events by a pure function. */
import type { RunEvent, StepEvent, StepRef } from '../../phases/events.js';
import { messageOf } from '../../support/errors.js';

export type StepStatus = 'pending' | 'running' | 'done' | 'skipped' | 'failed' | 'blocked';

export interface StepLine extends StepRef {
  status: StepStatus;
  startedAt?: Date;
  ms?: number;
  /** What it waits for, proved, or failed with. */
  note?: string;
  deadline?: Date;
}

export interface TreeState {
  runId: string;
  planHash: string;
  startedAt?: Date;
  finishedMs?: number;
  writes: number;
  steps: StepLine[];
}

export function emptyTree(): TreeState {
  return { runId: '', planHash: '', writes: 0, steps: [] };
}

export function foldEvent(tree: TreeState, event: RunEvent): TreeState {
  if (event.type === 'run-started') {
    const steps = event.steps.map((step): StepLine => ({ ...step, status: 'pending' }));
    return { runId: event.runId, planHash: event.planHash, startedAt: event.at, writes: 0, steps };
  }
  if (event.type === 'run-finished') return { ...tree, finishedMs: event.ms };
  const known = tree.steps.some((step) => step.id === event.step.id);
  const steps = known ? tree.steps : [...tree.steps, { ...event.step, status: 'pending' as const }];
  return {
    ...tree,
    writes: tree.writes + (event.type === 'mutation' ? 1 : 0),
    startedAt: tree.startedAt ?? event.at,
    steps: steps.map((step) => (step.id === event.step.id ? changed(step, event) : step)),
  };
}

function changed(step: StepLine, event: StepEvent): StepLine {
  switch (event.type) {
    case 'planned':
      return step;
    case 'started':
      return { ...step, status: 'running', startedAt: event.at, note: undefined };
    case 'waiting':
      return { ...step, note: `waiting for ${event.reason}`, deadline: event.deadline };
    case 'output':
      return { ...step, note: event.reason, deadline: undefined };
    case 'mutation':
      return { ...step, note: event.sentence, deadline: undefined };
    case 'done':
      return { ...step, status: 'done', ms: event.ms, note: event.summary, deadline: undefined };
    case 'skipped':
      return { ...step, status: 'skipped', ms: event.ms, note: event.reason, deadline: undefined };
    case 'failed':
      return { ...step, status: 'failed', ms: event.ms, note: messageOf(event.error), deadline: undefined };
    case 'blocked':
      return { ...step, status: 'blocked', note: event.reason, deadline: undefined };
  }
}

/** Small steps and a world of counters for engine tests. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../../src/engine/events.js';
import { type Journal, openJournal } from '../../../src/engine/journal.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import { createGate, type Gate, type GateOptions } from '../../../src/engine/journaled-gate.js';
import type { Mutation } from '../../../src/engine/mutation.js';
import { type RunnerOptions, runSteps } from '../../../src/engine/runner.js';
import type { Step } from '../../../src/engine/step.js';
import { createRedactor } from '../../../src/support/redact/redact.js';

export const clock = { now: () => new Date('2026-11-22T10:00:00Z'), sleep: async () => {} };

export function temporaryJournal(name = 'journal.jsonl'): string {
  return join(mkdtempSync(join(tmpdir(), 'catalyst-engine-')), name);
}

export function open(path: string, runId = 'r1'): Journal {
  return openJournal({ path, runId, by: 'test@here', clock, redactor: createRedactor() });
}

export function mutationOf(name: string): Mutation {
  return { target: { system: 'hetzner', kind: 'network', name }, sentence: `create network ${name}` };
}

/** The writers of these steps, which write nothing. */
export type NoWriters = Record<string, never>;

export type TestGateOptions = Partial<GateOptions<NoWriters>> & Pick<GateOptions<NoWriters>, 'journal'>;

/** A gate that protects nothing and lends no writers. */
export function openGate({ signal = new AbortController().signal, ...options }: TestGateOptions): Gate<NoWriters> {
  return createGate({
    signal,
    undoSignal: signal,
    protects: () => undefined,
    lend: () => ({ writers: {}, end() {} }),
    ...options,
  });
}

export interface FakeWorld {
  made: string[];
  proofs: string[];
}

/** A step that makes one thing in `world`; `fails` throws instead. */
export function fakeStep(
  world: FakeWorld,
  id: string,
  phase: number,
  needs: string[] = [],
  fails?: () => unknown,
): Step<NoWriters> {
  const mutation = mutationOf(id);
  return {
    id,
    title: id,
    phase,
    needs,
    plan: async () => (world.made.includes(id) ? [] : [mutation]),
    isDone: async () => (world.made.includes(id) ? { done: true, reason: 'already there' } : { done: false }),
    run: async ({ act }) => {
      await act(mutation, async () => {
        if (fails) throw fails();
        world.made.push(id);
      });
    },
    proof: async () => {
      if (!world.made.includes(id)) throw new Error(`${id} is not there`);
      world.proofs.push(id);
      return { summary: `${id} seen`, facts: {} };
    },
  };
}

export async function runAll(
  path: string,
  steps: Step<NoWriters>[],
  more: Partial<RunnerOptions<NoWriters>> & { undoSignal?: AbortSignal } = {},
  runId = 'r1',
) {
  const journal = open(path, runId);
  const events: RunEvent[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const gate = openGate({ journal, signal, undoSignal: more.undoSignal ?? signal });
  const state = foldJournal(journal.entries);
  try {
    const result = await runSteps({
      steps,
      all: more.all ?? steps,
      schedule: 'phases',
      phaseNeeds: new Map([[2, [1]]]),
      journal,
      state,
      gate,
      clock,
      signal,
      emit: (event) => events.push(event),
      runId,
      planHash: 'p',
      by: 'me@here',
      ...more,
    });
    return { result, events, entries: [...journal.entries], writes: gate.writes };
  } finally {
    journal.close();
  }
}

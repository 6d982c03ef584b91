/** Small steps and a world of counters for engine tests. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunEvent } from '../../../src/engine/events.js';
import { type Journal, openJournal } from '../../../src/engine/journal.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import type { Mutation } from '../../../src/engine/mutation.js';
import { type RunnerOptions, runSteps } from '../../../src/engine/runner.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createGate } from '../../../src/world/gate.js';
import type { Step } from '../../../src/world/step.js';
import type { Adapters, Writers } from '../../../src/world/writers.js';

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

/** What the writers of a test's gate are made of; these steps write nothing. */
export const adapters = {} as Adapters;

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
): Step {
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
  steps: Step[],
  more: Partial<RunnerOptions<Writers>> & { undoSignal?: AbortSignal } = {},
  runId = 'r1',
) {
  const journal = open(path, runId);
  const events: RunEvent[] = [];
  const signal = more.signal ?? new AbortController().signal;
  const gate = createGate({
    journal,
    signal,
    undoSignal: more.undoSignal ?? signal,
    protects: () => undefined,
    adapters,
  });
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

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { expectedDurations } from '../../../../src/actions/session/expected-durations.js';
import { openJournal } from '../../../../src/engine/journal.js';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

const root = mkdtempSync(join(tmpdir(), 'catalyst-durations-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const lab = { kind: 'lab' as const, id: 'a', name: 'default' };
const steps = [{ id: '#376', estimateMinutes: 10 }, { id: '#377', estimateMinutes: 5 }, { id: 'dod' }];

/** A journal in which each step was proven after so many seconds. */
function journalOf(fqdn: string, kind: 'lab' | 'real', taken: Record<string, number>) {
  mkdirSync(join(root, fqdn), { recursive: true });
  let seconds = 0;
  const clock = { now: () => new Date(seconds * 1000), sleep: async () => undefined };
  const redactor = createRedactor();
  const journal = openJournal({ path: join(root, fqdn, 'journal.jsonl'), runId: 'r', by: 'me', clock, redactor });
  journal.append({ kind: 'bound', inputs: { fqdn, world: kind === 'lab' ? lab : { kind } } });
  for (const [step, took] of Object.entries(taken)) {
    journal.append({ kind: 'step-started', step });
    seconds += took;
    journal.append({ kind: 'proof', step, evidence: { summary: '', facts: {} } });
  }
  const state = foldJournal(journal.entries);
  journal.close();
  return state;
}

it('are those of this journal, then of another Sovereign of the same kind of world, then the estimate of a real one', async () => {
  const own = journalOf('omantel.omani.works', 'lab', { '#376': 7 });
  journalOf('test.omani.works', 'lab', { '#376': 3, '#377': 4 });
  journalOf('other.omani.works', 'real', { dod: 900 });
  const stateDir = join(root, 'omantel.omani.works');
  const inLab = await expectedDurations({ stateDir, identity: async () => lab }, own, steps);
  expect([...inLab]).toEqual([
    ['#376', 7000],
    ['#377', 4000],
  ]);
  const real = await expectedDurations({ stateDir, identity: async () => ({ kind: 'real' }) }, own, steps);
  expect([...real]).toEqual([
    ['#376', 7000],
    ['#377', 300_000],
    ['dod', 900_000],
  ]);
});

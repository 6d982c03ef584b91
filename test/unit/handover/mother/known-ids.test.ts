/** Ids by which files on the mother's claim are erased: those of the record and of signed proofs, and none that is no id. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../../src/engine/journal.js';
import { knownIds } from '../../../../src/handover/mother/known-ids.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { clockAt } from '../../../fakes/rehearsed.js';

const path = (stateDir: string) => join(stateDir, 'journal.jsonl');
const folder = () => mkdtempSync(join(tmpdir(), 'known-ids-'));

function journalWith(...facts: Record<string, unknown>[]): string {
  const stateDir = folder();
  const where = { path: path(stateDir), runId: 'walk', by: 'me@here' };
  const journal = openJournal({ ...where, clock: clockAt('2026-11-22T10:00:00Z'), redactor: createRedactor() });
  journal.append({ kind: 'note' });
  for (const one of facts) journal.append({ kind: 'proof', step: '#317', evidence: { summary: '', facts: one } });
  journal.close();
  return stateDir;
}

describe('ids of the records on the mother', () => {
  it('are those of the handover where there is no journal', () => {
    expect(knownIds({ stateDir: folder() }, { ids: ['bbbbbbbb', 'aaaaaaaa'] })).toEqual(['aaaaaaaa', 'bbbbbbbb']);
  });

  it('are those of every proof as well: a name may have been walked before', () => {
    const stateDir = journalWith(
      { ids: ['cccccccc', 'aaaaaaaa'] },
      { items: [{ id: 'record dddddddd' }, { id: 'zone omantel.omani.works' }, undefined] },
    );
    expect(knownIds({ stateDir }, { ids: ['aaaaaaaa'] })).toEqual(['aaaaaaaa', 'cccccccc', 'dddddddd']);
  });

  it('are nothing that would match more than one record', () => {
    const stateDir = journalWith(
      { ids: ['', '*', '../x', 'abc', 7, null, 'AAAAAAAA'], items: [{ id: 'record *' }] },
      { ids: 'a' },
    );
    expect(knownIds({ stateDir }, { ids: [] })).toEqual([]);
  });

  it('are read up to a damaged line of the journal', () => {
    const stateDir = journalWith({ ids: ['cccccccc'] });
    writeFileSync(path(stateDir), 'torn', { flag: 'a' });
    expect(knownIds({ stateDir }, { ids: [] })).toEqual(['cccccccc']);
  });
});

/** Which lines are shown, and that a damaged journal is shown up to its damage. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { journalLine, journalText, showJournal } from '../../../../src/actions/journal/show.js';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';

let rig: ActionRig;
const shown: JournalEntry[][] = [];
const show = (options: Parameters<typeof showJournal>[1]) =>
  showJournal(rig.stateDir, options, (entries) => shown.push(entries)).map(({ kind, step }) => `${kind} ${step ?? ''}`);

beforeEach(async () => {
  shown.length = 0;
  rig = actionRig();
  const journal = await rig.context.journal();
  for (const step of ['#370', '#371']) journal.append({ kind: 'step-started', step });
  await rig.end();
});

describe('journal show', () => {
  it('is narrowed by step, run and number', () => {
    expect(show({})).toEqual(['bound ', 'step-started #370', 'step-started #371', 'sealed ']);
    expect(show({ step: '#371' })).toEqual(['step-started #371']);
    expect(show({ run: 'another' })).toEqual([]);
    expect(show({ run: 'run-1', last: 2 })).toEqual(['step-started #371', 'sealed ']);
  });

  it('shows a damaged one up to the damage, and then fails with the same lines as its result', () => {
    appendFileSync(join(rig.stateDir, 'journal.jsonl'), 'torn\n');
    expect(() => show({ last: 1 })).toThrow(
      expect.objectContaining({
        code: 'E4008',
        data: expect.objectContaining({ result: shown[0] ?? expect.anything() }),
      }),
    );
    expect(shown[0]!.map(({ kind }) => kind)).toEqual(['sealed']);
  });

  it('narrowed to what failed has nothing else', async () => {
    const journal = await rig.context.journal();
    for (const kind of ['ok', 'fail', 'indoubt', 'step-failed'] as const) journal.append({ kind, step: '#376' });
    await rig.end();
    expect(show({ failed: true })).toEqual(['fail #376', 'indoubt #376', 'step-failed #376']);
  });

  it('has one line for an operation, with how long it took, and shows one that has not ended', () => {
    const of = (kind: string, op: string, second: string) =>
      ({
        at: `2026-12-01T10:00:0${second}Z`,
        run: 'r',
        kind,
        op,
        inputs: { sentence: `create ${op}` },
      }) as unknown as JournalEntry;
    const entries = [of('begin', 'a', '0'), of('begin', 'b', '1'), of('ok', 'a', '3'), of('begin', 'c', '4')];
    const lines = journalText([...entries, of('fail', 'b', '5')]).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/).slice(3).join(' '))).toEqual([
      'ok create a (3s)',
      'begin create c',
      'fail create b (4s)',
    ]);
  });

  it.each<[Partial<JournalEntry>, string]>([
    [{ evidence: { summary: 'seen', facts: {} }, inputs: { sentence: 's' } }, 'seen'],
    [{ inputs: { sentence: 'create server', message: 'm' } }, 'create server'],
    [{ inputs: { message: 'a note', reason: 'r' } }, 'a note'],
    [{ inputs: { reason: 'nobody knows' } }, 'nobody knows'],
    [{}, ''],
  ])('tells of a line what matters most: %j', (entry, what) => {
    const line = journalLine({ at: 'then', run: '0123456789', kind: 'note', ...entry } as JournalEntry);
    expect(line).toBe(`then  01234567  -                   note          ${what}`.trimEnd());
  });
});

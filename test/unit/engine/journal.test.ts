import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { openJournal } from '../../../src/engine/journal.js';
import { type JournalEntry, parseJournal, scanJournal } from '../../../src/engine/journal-entry.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import { CatalystError } from '../../../src/support/errors/errors.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { clock, fakeStep, open, runAll, temporaryJournal } from './rig.js';

function codeOf(action: () => unknown): { code: string; line: unknown } {
  try {
    action();
  } catch (error) {
    if (error instanceof CatalystError) return { code: error.code, line: error.data.line };
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('lines are chained and numbered, and read back the same', () => {
  const path = temporaryJournal();
  const journal = open(path);
  journal.append({ kind: 'note', inputs: { a: 1 } });
  journal.append({ kind: 'note', inputs: { a: 2 } });
  journal.close();
  const { entries } = parseJournal(readFileSync(path, 'utf8'), path);
  expect(entries.map((entry) => entry.seq)).toEqual([1, 2]);
  expect(entries[0]?.prev).toBe('');
  expect(entries[1]?.prev).toMatch(/^[0-9a-f]{64}$/);
});

test('a last line that was cut in the middle is removed, and the next append goes on behind the whole ones', () => {
  const path = temporaryJournal();
  const first = open(path);
  first.append({ kind: 'note', inputs: { a: 1 } });
  first.close();
  appendFileSync(path, '{"v":1,"seq":2,"prev":"ab');
  const second = open(path);
  expect(second.entries).toHaveLength(1);
  second.append({ kind: 'note', inputs: { a: 2 } });
  second.close();
  expect(parseJournal(readFileSync(path, 'utf8'), path).entries).toHaveLength(2);
});

test('an empty line, a changed line and a removed line are named with their number', () => {
  const path = temporaryJournal();
  const journal = open(path);
  for (const a of [1, 2, 3]) journal.append({ kind: 'note', inputs: { a } });
  journal.close();
  const lines = readFileSync(path, 'utf8').split('\n');
  const parse = (changed: string[]) => codeOf(() => parseJournal(changed.join('\n'), path));
  expect(parse([lines[0]!, '', ...lines.slice(1)])).toEqual({ code: 'E4008', line: 2 });
  expect(parse([lines[0]!, lines[1]!.replace('"a":2', '"a":9'), ...lines.slice(2)])).toEqual({
    code: 'E4008',
    line: 3,
  });
  expect(parse([lines[0]!, ...lines.slice(2)])).toEqual({ code: 'E4008', line: 2 });
  expect(parse(['<html>', ...lines.slice(1)])).toEqual({ code: 'E4008', line: 1 });
});

test('a planted secret never reaches the file', () => {
  const path = temporaryJournal();
  const redactor = createRedactor();
  redactor.register('hunter2-hunter2');
  const journal = openJournal({ path, runId: 'r', by: 'me', clock, redactor });
  journal.append({
    kind: 'note',
    inputs: { a: 'token hunter2-hunter2', b: Buffer.from('hunter2-hunter2').toString('base64') },
  });
  journal.close();
  expect(readFileSync(path, 'utf8')).not.toMatch(/hunter2|aHVudGVyMi1odW50ZXIy/);
  expect(parseJournal(readFileSync(path, 'utf8'), path).entries).toHaveLength(1);
});

test('cutting the file at any byte never loses a whole line and never breaks the next run', async () => {
  const path = temporaryJournal();
  const world = { made: [] as string[], proofs: [] as string[] };
  await runAll(path, [fakeStep(world, 'a', 1), fakeStep(world, 'b', 1, ['a'])]);
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (cut) => {
      const other = temporaryJournal();
      writeFileSync(other, whole.subarray(0, cut));
      const complete = whole.subarray(0, cut).toString().split('\n').length - 1;
      const journal = open(other);
      expect(journal.entries).toHaveLength(complete);
      foldJournal(journal.entries);
      journal.close();
      const again = { made: [...world.made], proofs: [] as string[] };
      const { result } = await runAll(other, [fakeStep(again, 'a', 1), fakeStep(again, 'b', 1, ['a'])], {}, 'r2');
      expect(result.ok).toBe(true);
      expect(again.made).toEqual(['a', 'b']);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['a secret with quotes, backslashes and lines', 'pa"ss\\wo\nrd-and-more'],
  ['a secret that is a word of the journal itself', 'inputs'],
  ['a secret that is the name of a system', 'sovereign'],
])('%s is masked inside the strings, and no name of the journal is', (_what, secret) => {
  const path = temporaryJournal();
  const redactor = createRedactor();
  redactor.register(secret);
  const journal = openJournal({ path, runId: 'r', by: 'me', clock, redactor });
  journal.append({
    kind: 'note',
    target: { system: 'sovereign', kind: 'Secret', name: `of ${secret}` },
    inputs: { message: `it was ${secret}.`, deep: [{ value: secret }] },
    evidence: { summary: secret, facts: { value: `<${secret}>` } },
  });
  journal.close();
  const [entry] = parseJournal(readFileSync(path), path).entries;
  expect(entry).toMatchObject({
    target: { system: 'sovereign', kind: 'Secret', name: 'of ••••••' },
    inputs: { message: 'it was ••••••.', deep: [{ value: '••••••' }] },
    evidence: { summary: '••••••', facts: { value: '<••••••>' } },
  });
});

describe('while a journal is open', () => {
  it.each<[string, (path: string) => void]>([
    ['appends to it', (path) => appendFileSync(path, '{}\n')],
    ['cuts it', (path) => truncateSync(path, 10)],
    ['removes it', (path) => rmSync(path)],
    [
      'replaces it by a copy',
      (path) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('somebody %s: the next append is refused and writes nothing', (_what, meddle) => {
    const path = temporaryJournal();
    const journal = open(path);
    journal.append({ kind: 'note', inputs: { a: 1 } });
    meddle(path);
    const before = readIfAny(path);
    for (const _again of [1, 2])
      expect(() => journal.append({ kind: 'note' })).toThrow(expect.objectContaining({ code: 'E1204', exitCode: 9 }));
    expect(readIfAny(path)).toEqual(before);
    journal.close();
  });

  it('it cannot be opened again, and afterwards it can', () => {
    const path = temporaryJournal();
    const journal = open(path);
    expect(codeOf(() => open(path)).code).toBe('E1202');
    journal.close();
    open(path).close();
  });
});

test('a bit flipped anywhere before the last line is found, in the line that it is in or the one behind it', () => {
  const path = temporaryJournal();
  const journal = open(path);
  for (const a of [1, 2, 3, 4]) journal.append({ kind: 'note', inputs: { text: `ünïcode ${a}` } });
  journal.close();
  const whole = readFileSync(path);
  const lastLine = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
  for (let offset = 0; offset < lastLine; offset += 1)
    for (const bit of [0x01, 0x80]) {
      const flipped = Buffer.from(whole);
      flipped[offset]! ^= bit;
      const { damage } = scanJournal(flipped);
      const line = whole.subarray(0, offset).toString('latin1').split('\n').length;
      expect([line, line + 1]).toContain(damage?.line);
    }
});

test('any bytes at all are a journal or a damaged one, never a bug', () => {
  const values = fc.json().map((text) => Buffer.from(`${text}\n`));
  const entries = fc
    .record(
      {
        ...{ v: fc.constant(1), seq: fc.constant(1), prev: fc.constant(''), kind: fc.constantFrom('proof', 'begin') },
        ...{ run: fc.jsonValue(), by: fc.jsonValue(), at: fc.jsonValue(), inputs: fc.jsonValue() },
        ...{ evidence: fc.jsonValue(), target: fc.jsonValue(), step: fc.jsonValue() },
      },
      { requiredKeys: ['v', 'seq', 'prev', 'kind'] },
    )
    .map((entry) => Buffer.from(`${JSON.stringify(entry)}\n`));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), values, entries), (data) => {
      const { entries, bytes } = scanJournal(data);
      foldJournal(entries);
      expect(bytes).toBeLessThanOrEqual(data.length);
    }),
    { numRuns: 10_000 },
  );
});

const readIfAny = (path: string) => {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
};

describe('lines that say less than ours', () => {
  const line = (entry: Partial<JournalEntry>): JournalEntry => ({
    ...{ v: 1, seq: 1, prev: '', run: 'r1', at: '2026-11-22T10:00:00.000Z', by: 'me@here', kind: 'note' },
    ...entry,
  });

  it('are folded to nothing, and never stop the next run', () => {
    const bare: JournalEntry['kind'][] = ['step-started', 'step-skipped', 'step-failed', 'proof', 'ticket-set'];
    const entries = [...bare.map((kind) => line({ kind })), line({ kind: 'run-finished' }), line({ kind: 'ok' })];
    expect(foldJournal(entries)).toEqual(foldJournal([]));
    expect(foldJournal([line({ kind: 'proof', step: 'a' })]).proofs.size).toBe(0);
  });

  it('leave what they do not say empty: an operation, a failure, what was forced, what was waited for', () => {
    const evidence = { summary: 'seen', facts: {} };
    const state = foldJournal([
      line({ kind: 'begin' }),
      line({ kind: 'step-failed', step: 'a', inputs: { message: { toString: null } } }),
      line({ kind: 'forced' }),
      line({
        kind: 'proof',
        step: 'b',
        evidence,
        inputs: { waits: [{ for: 'dns', ms: 5 }, { for: 'dns', ms: -1 }, 7] },
      }),
      line({ kind: 'proof', step: 'c', evidence, inputs: { waits: 'long' } }),
      line({ kind: 'ticket-set', ticket: '#1', inputs: { status: 'parked' } }),
      line({ kind: 'ticket-set', ticket: '#1', inputs: { prs: ['a/b#1'] } }),
    ]);
    expect([...state.operations.values()]).toMatchObject([{ op: '', key: '', sentence: '', status: 'indoubt' }]);
    expect(state.failures.get('a')).toMatchObject({ message: '' });
    expect(state.forced).toMatchObject([{ reason: '', steps: [] }]);
    expect([state.waits.get('b'), state.waits.get('c')]).toEqual([[{ for: 'dns', ms: 5 }], []]);
    expect(state.durations.size).toBe(0);
    expect(state.tickets.get('#1')).toEqual({ status: 'parked', prs: ['a/b#1'] });
  });
});

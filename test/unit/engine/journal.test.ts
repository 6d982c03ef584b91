import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openJournal, parseJournal } from '../../../src/phases/journal.js';
import { foldJournal } from '../../../src/phases/journal-state.js';
import { CatalystError } from '../../../src/support/errors.js';
import { createRedactor } from '../../../src/support/redact.js';
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

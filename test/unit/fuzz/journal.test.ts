import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJournal } from '../../../src/engine/journal-entry.js';
import { foldJournal } from '../../../src/engine/journal-state.js';
import { sha256 } from '../../../src/support/hash.js';
import { damageOf, editsOf, hold, lost, seed } from './cases.js';

const at = '2026-11-29T10:00:00.000Z';
const target = { system: 'hetzner', kind: 'server', name: 'cp1' };
const evidence = { summary: 'seen', facts: { count: 1 } };
const run = { v: 1, run: 'r', by: 'me@here', at };
const written = [
  { ...run, kind: 'run-started', plan: 'p', inputs: { steps: ['#370'] } },
  { ...run, kind: 'begin', op: 'o', step: '#370', phase: 0, ticket: '#370', target, inputs: { sentence: 'delete' } },
  { ...run, kind: 'indoubt', op: 'o', step: '#370', phase: 0, target, inputs: { sentence: 'delete', message: 'lost' } },
  { ...run, kind: 'proof', step: '#370', phase: 0, ticket: '#370', evidence },
  { ...run, kind: 'ticket-set', ticket: '#383', inputs: { prs: ['#1'], status: 'done' } },
  { ...run, kind: 'forced', inputs: { reason: 'because', steps: ['#370'] } },
  { ...run, kind: 'run-finished', inputs: { ok: true } },
];

/** With a chain that is whole, however odd the lines are: only then are they looked at. */
function chained(lines: readonly unknown[]): string {
  let prev = '';
  return lines
    .map((line, index) => {
      const entry = line !== null && typeof line === 'object' ? { ...line, seq: index + 1, prev } : line;
      const text = JSON.stringify(entry) ?? 'null';
      prev = sha256(text);
      return `${text}\n`;
    })
    .join('');
}

/** As every command reads it: parsed, and folded into what is known. */
const read = (text: string) =>
  hold(() => {
    const { entries } = parseJournal(text, '/state/a.b.c/journal.jsonl');
    foldJournal(entries);
    return entries;
  }, ['E4008']);

describe(`a journal (CATALYST_SEED=${seed})`, () => {
  it('whose lines somebody edited, with the chain made whole again: read whole, or refused by the line', async () => {
    expect(await read(chained(written))).toHaveLength(written.length);
    await fc.assert(
      fc.asyncProperty(editsOf(written), async (lines) => {
        const text = chained(Array.isArray(lines) ? lines : [lines]);
        const entries = await read(text);
        if (!entries) return;
        const parsed = text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
        expect(lost(parsed, entries)).toEqual([]);
      }),
      { numRuns: 7000, seed },
    );
  });

  it('as a damaged text', async () => {
    await fc.assert(
      fc.asyncProperty(damageOf(chained(written)), async (text) => {
        await read(text);
      }),
      { numRuns: 3500, seed },
    );
  });

  it.each([
    ['levels without end', `${'['.repeat(500_000)}\n`],
    [
      'levels that end',
      chained([{ ...written[0], inputs: 'here' }]).replace('"here"', `${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    ],
    ['a line of 10 MB', chained([{ ...written[1], op: 'x'.repeat(10_000_000) }])],
    ['100,000 lines that are none', '\n'.repeat(100_000)],
    ['__proto__', chained([JSON.parse('{"__proto__":{"v":1},"kind":"note"}')])],
  ])('with %s ends', async (_what, text) => {
    await read(text);
  });
});

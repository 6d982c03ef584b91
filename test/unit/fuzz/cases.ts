/** What a fuzzed reader is held to: it ends soon, in little memory, with a value or with an error that is the file's, never ours. */
import fc from 'fast-check';
import { CatalystError } from '../../../src/support/errors/errors.js';

/** Cases of the slower fuzzers; `npm run test:complete` asks for more. */
export const slowCases = Number(process.env['CATALYST_CASES'] ?? 1000);
export const seed = Number(process.env['CATALYST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const largestCpuMs = 2000;
const largestMb = 300;

/** Runs one case. Processor time is counted, not the clock: a busy machine fails nothing. Returns undefined when it was refused. */
export async function hold<T>(read: () => T | Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  const before = { cpu: process.cpuUsage(), memory: process.memoryUsage.rss() };
  const value = await refusalOr(read, codes);
  const { user, system } = process.cpuUsage(before.cpu);
  const ms = (user + system) / 1000;
  if (ms > largestCpuMs) throw new Error(`took ${ms} ms of processor time`);
  const mb = (process.memoryUsage.rss() - before.memory) / 2 ** 20;
  if (mb > largestMb) throw new Error(`took ${mb} MB`);
  return value;
}

async function refusalOr<T>(read: () => T | Promise<T>, codes: readonly string[]): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CatalystError) || !codes.includes(error.code)) throw error;
    return undefined;
  }
}

/** Keys that a reader may confuse with its own. */
const oddKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '0', 'length', 'then'];

export const anyJson = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1e308, true, [null], [[]], '__proto__') },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.constantFrom(...oddKeys), fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true }),
  },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20_000 }).map((length) => 'a@.'.repeat(length)) },
);

type Edit = (value: unknown) => unknown;

/** Where in a document, what, as data: fast-check can shrink it. */
const anyEdit: fc.Arbitrary<Edit> = fc
  .record({
    steps: fc.array(fc.nat(30), { maxLength: 6 }),
    how: fc.constantFrom('replace', 'remove', 'add', 'swap'),
    key: fc.oneof(fc.constantFrom(...oddKeys), fc.string({ maxLength: 12 })),
    value: anyJson,
  })
  .map(
    ({ steps, how, key, value }) =>
      (document) =>
        edited(document, steps, how, key, value),
  );

/** Edited copies of a document, from one edit to four. */
export const editsOf = (document: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(anyEdit, { minLength: 1, maxLength: 4 })
    .map((edits) => edits.reduce<unknown>((value, edit) => edit(value), document));

function edited(value: unknown, [step, ...rest]: readonly number[], how: string, key: string, put: unknown): unknown {
  if (value === null || typeof value !== 'object') return how === 'remove' ? value : put;
  const entries = Object.entries(value);
  if (step === undefined || entries.length === 0) {
    if (how === 'replace') return put;
    if (Array.isArray(value)) return how === 'remove' ? value.slice(1) : [...value, put];
    const kept = how === 'remove' ? entries.slice(1) : how === 'swap' ? [...entries].reverse() : entries;
    return made(how === 'add' ? [...kept, [key, put] as [string, unknown]] : kept);
  }
  const at = step % entries.length;
  const [name, item] = entries[at]!;
  const inner = edited(item, rest, how, key, put);
  if (Array.isArray(value)) return value.map((one, index) => (index === at ? inner : one));
  return made(entries.map(([other, one]) => [other, other === name ? inner : one]));
}

/** With `__proto__` as a field like any other. */
const made = (entries: readonly (readonly [string, unknown])[]) => Object.fromEntries(entries);

/** Damage to a text: cut, doubled, bytes changed. */
export const damageOf = (text: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.nat(Math.max(1, text.length)),
        cut: fc.nat(20),
        put: fc.oneof(
          fc.constantFrom(
            '\u0000',
            '\r',
            '\t',
            '"',
            '{',
            '&a ',
            '*a',
            '<<: ',
            '- ',
            ': ',
            '\ufeff',
            '\u2028',
            '---\n',
            '!!js/function ',
          ),
          fc.string({ unit: 'grapheme', maxLength: 8 }),
        ),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((edits) => edits.reduce((out, { at, cut, put }) => out.slice(0, at) + put + out.slice(at + cut), text));

/** Fields of `input` that `output` has lost, by their path. */
export function lost(input: unknown, output: unknown, path = ''): string[] {
  if (input === null || typeof input !== 'object') return [];
  if (output === null || typeof output !== 'object') return [path];
  return Object.entries(input).flatMap(([key, value]) =>
    Object.hasOwn(output, key)
      ? lost(value, (output as Record<string, unknown>)[key], `${path}.${key}`)
      : [`${path}.${key}`],
  );
}

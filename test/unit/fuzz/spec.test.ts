import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../src/sovereign/spec/load-spec.js';
import { specToYaml } from '../../../src/sovereign/spec/spec-yaml.js';
import { omantel } from '../../fakes/fake-world.js';
import { damageOf, editsOf, hold, lost, seed } from './cases.js';

const full = omantel(
  {},
  {
    blueprints: { 'bp-harbor': { version: '1.2.3', values: { a: { b: [1, 'x'] } } } },
    access: { connectTo: [{ host: 'a.b', port: 443, to: '127.0.0.1:1' }] },
  },
);
const text = specToYaml(full);
const read = (given: string) => hold(() => parseSpec(given, 'sovereign.yaml'), ['E1101', 'E1102']);

describe(`a spec (CATALYST_SEED=${seed})`, () => {
  it('as an edited document: read whole, or refused', async () => {
    const anySpec = editsOf(JSON.parse(JSON.stringify(full)));
    await fc.assert(
      fc.asyncProperty(anySpec, async (document) => {
        const json = JSON.stringify(document) ?? 'null';
        const spec = await read(json);
        if (spec) expect(lost(JSON.parse(json), spec)).toEqual([]);
      }),
      { numRuns: 7000, seed },
    );
  });

  it('as a damaged text', async () => {
    await fc.assert(
      fc.asyncProperty(damageOf(text), async (damaged) => {
        await read(damaged);
      }),
      { numRuns: 3500, seed },
    );
  });

  it.each([
    ['10 MB in one string', () => text.replace('omani.works', 'a'.repeat(10_000_000))],
    [
      'an e-mail address that takes a slow reader hours',
      () => text.replace(/email: .*/, `email: a@${'.'.repeat(900_000)}@`),
    ],
    ['many unknown fields', () => `${text}${Array.from({ length: 60_000 }, (_, n) => `f${n}: 1\n`).join('')}`],
    [
      'many wrong entries of a list',
      () => text.replace(/connectTo:[\s\S]*$/, `connectTo: [${'{},'.repeat(20_000)}]\n`),
    ],
    [
      '30 aliases that stand for millions of values',
      () => {
        const levels = Array.from(
          { length: 5 },
          (_, n) => `  a${n + 1}: &a${n + 1} [${Array(6).fill(`*a${n}`).join(',')}]`,
        );
        const values = [
          'a0: &a0 [xxxxxxxxxxxxxxxx, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]',
          ...levels.map((one) => one.trim()),
        ];
        return `${text.replace(/blueprints:[\s\S]*?(?=\n {2}\w)/, `blueprints:\n    bp-harbor:\n      values:\n${values.map((one) => `        ${one}`).join('\n')}`)}`;
      },
    ],
    ['20,000 levels', () => `${text}x: ${'['.repeat(20_000)}`],
    ['2,000 levels that end', () => text.replace('a:', `a: ${'['.repeat(2000)}${']'.repeat(2000)}\n          c:`)],
    ['an alias of itself', () => text.replace(/values:\s*\n/, 'values: &v\n          self: *v\n')],
    ['a Blueprint called __proto__', () => text.replace('bp-harbor:', '__proto__:')],
    ['a value called __proto__', () => text.replace('a:', '__proto__:')],
  ])('with %s is refused', async (_what, make) => {
    const made = make();
    expect(made).not.toBe(text);
    expect(await read(made)).toBeUndefined();
  });
});

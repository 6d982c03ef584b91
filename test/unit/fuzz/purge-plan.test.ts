import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PurgePlan, parsePurgePlan } from '../../../src/hetzner/purge/plan/purge-plan.js';
import { hashOf } from '../../../src/support/hash.js';
import { damageOf, editsOf, hold, lost, seed } from './cases.js';

const row = {
  type: 'server',
  id: 4_000_001,
  name: 'catalyst-omantel-omani-works-cp1',
  labels: { 'catalyst.openova.io/sovereign': 'omantel.omani.works' },
  created: '2026-01-01T00:00:00Z',
  protected: false,
  selected: true,
  reason: 'a label',
  implies: ['its disk'],
  first: ['unprotect'],
  dependsOn: 'network/1',
  monthly: 3.5,
};
const content = {
  kind: 'catalyst-purge-plan',
  version: 1,
  project: 'ab12',
  endpoint: 'https://api.hetzner.cloud/v1',
  at: '2026-11-29T10:00:00.000Z',
  selection: { fqdn: 'omantel.omani.works', includeLive: false, zones: false, snapshots: false, unprotect: ['server'] },
  currency: 'EUR',
  resources: [row, { ...row, type: 'volume', id: 7, selected: false }],
  buckets: {
    endpoint: 'https://s3',
    account: 'cd',
    rows: [{ name: 'b', created: 'x', selected: true, reason: 'r', implies: [] }],
  },
};
const withHash = (value: unknown) =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value, hash: hashOf(value) } : value;
const read = (text: string): Promise<PurgePlan | undefined> => hold(() => parsePurgePlan(text, 'plan.json'), ['E4005']);

describe(`a purge plan (CATALYST_SEED=${seed})`, () => {
  it('as somebody edits it, its hash made anew: read whole, or refused', async () => {
    expect(await read(JSON.stringify(withHash(content)))).toBeDefined();
    await fc.assert(
      fc.asyncProperty(editsOf(content), async (document) => {
        const json = JSON.stringify(withHash(JSON.parse(JSON.stringify(document ?? null)))) ?? 'null';
        const plan = await read(json);
        if (!plan) return;
        expect(lost(JSON.parse(json), plan)).toEqual([]);
        // What apply relies on has its type.
        for (const { id, name, labels, first } of plan.resources)
          expect([typeof id, typeof name, typeof labels, Array.isArray(first)]).toEqual([
            'number',
            'string',
            'object',
            true,
          ]);
      }),
      { numRuns: 7000, seed },
    );
  });

  it('as a damaged text', async () => {
    await fc.assert(
      fc.asyncProperty(damageOf(JSON.stringify(withHash(content), null, 2)), async (text) => {
        await read(text);
      }),
      { numRuns: 3500, seed },
    );
  });

  it.each([
    ['levels without end', '['.repeat(500_000)],
    ['levels that end', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['a string of 10 MB', JSON.stringify(withHash({ ...content, currency: 'x'.repeat(10_000_000) }))],
    ['__proto__', JSON.stringify(withHash(content)).replace('"kind"', '"__proto__":{"a":1},"kind"')],
  ])('with %s is refused', async (_what, text) => {
    expect(await read(text)).toBeUndefined();
  });
});

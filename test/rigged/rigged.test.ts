/** The battery (`npm run test:rigged`): an honest world passes, and every rigged one is noticed by the item that is to notice it. */
import { describe, expect, it } from 'vitest';
import { verdictOfOne } from './rigged-world.js';
import { allWorlds } from './table.js';

const worlds = await allWorlds();

describe.each([...new Set(worlds.map(({ item }) => item))])('%s', (item) => {
  it.each(worlds.filter((world) => world.item === item))('$id: $rigged', async ({ expected, clean, judge }) => {
    expect(await clean()).toMatchObject({ status: 'pass' });
    const judged = await judge();
    const verdict = expected.verdict ?? (expected.status === 'fail' ? 'FAIL' : 'PARTIAL');
    expect(judged).toMatchObject({ status: expected.status, reason: expect.stringMatching(expected.reason) });
    expect(verdictOfOne(judged)).toBe(verdict);
    if (expected.grade !== undefined) expect(judged.grade).toBe(expected.grade);
  });
});

describe('the battery', () => {
  it('has each world once, and no world that differs from another in neither item nor kind of gap', () => {
    const doubled = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index);
    expect(doubled(worlds.map(({ id }) => id))).toEqual([]);
    expect(doubled(worlds.map(({ item, gap }) => `${item} ${gap}`))).toEqual([]);
  });

  it('expects no world to pass', () => {
    expect(worlds.filter(({ expected }) => expected.status === 'pass' || expected.verdict === 'PASS')).toEqual([]);
  });
});

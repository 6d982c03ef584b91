/** The order of a black start, and that nothing is powered off before its own confirmation. */
import { expect, it } from 'vitest';
import { type BlackStartWorld, onBlackStart } from '../../../rigged/stages/black-start.js';

async function acts(change: (world: BlackStartWorld) => void = () => undefined) {
  const world = await onBlackStart.honest();
  change(world);
  const judged = await onBlackStart.judge(world);
  return { judged, acts: world.acts };
}

const indexOf = (all: readonly string[], pattern: RegExp) => all.findIndex((sentence) => pattern.test(sentence));

it('arms the undo of the block and denies the outside before the power-off, and lifts the block when everything is back', async () => {
  const { judged, acts: all } = await acts();
  expect(judged.status, judged.reason).toBe('pass');
  const order = [
    /^arm the Job/,
    /^deny /,
    /^power off /,
    /^power on /,
    /^ask every Flux/,
    /^lift the egress block/,
  ].map((pattern) => indexOf(all, pattern));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(-1);
  expect(all.filter((sentence) => sentence.startsWith('power off'))).toHaveLength(2);
  expect(all.filter((sentence) => sentence.startsWith('power on'))).toHaveLength(2);
});

it('powers on whatever fails in between', async () => {
  const { judged, acts: all } = await acts((world) => (world.boots = () => false));
  expect(judged.verdict).toBe('INVALID');
  expect(all.filter((sentence) => sentence.startsWith('power on'))).toHaveLength(2);
  expect(indexOf(all, /^lift the egress block/)).toBeGreaterThan(-1);
});

it('outside of labs powers off nothing that nobody confirmed', async () => {
  const { judged, acts: all } = await acts((world) => Object.assign(world, { lab: false, asked: true }));
  expect(judged).toMatchObject({ status: 'not-checked', reason: expect.stringMatching(/needs a confirmation/) });
  expect(indexOf(all, /^power /)).toBe(-1);
});

it('outside of labs does nothing at all where nobody asked', async () => {
  const { judged, acts: all } = await acts((world) => Object.assign(world, { lab: false, asked: false }));
  expect(judged).toMatchObject({ status: 'left-out', verdict: 'PASS' });
  expect(all).toEqual([]);
});

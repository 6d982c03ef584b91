import { describe, expect, it } from 'vitest';
import { verifyDod } from '../../../../src/verification/dod/step.js';
import type { World } from '../../../../src/world/world.js';

const step = (options: { only?: string[]; skip?: string[] }) => verifyDod({} as World, { ...options, steps: () => [] });

describe('what verify dod has confirmed by name', () => {
  it.each([[['D17']], [['W5']], [['d17', 'D1']], [['D22']]])('%s stops or cuts something', (only) => {
    expect(step({ only }).destructive).toMatch(/stops catalyst-api|cuts the Sovereign's egress/);
  });

  it('the whole does both', () => {
    expect(step({}).destructive).toMatch(/stops catalyst-api.* and cuts/);
  });

  it.each([[['D1']], [['D4', 'D5']], [['D18']]])('%s reads only, and plans no change', async (only) => {
    expect(step({ only }).destructive).toBeUndefined();
    expect(await step({ only }).plan(new AbortController().signal)).toEqual([]);
  });

  it('a chosen part is no proof of the whole', () => {
    expect(step({}).id).toBe('dod');
    expect(step({ only: ['D1'] }).id).not.toBe('dod');
    expect(step({ skip: ['D17'] }).id).not.toBe('dod');
  });
});

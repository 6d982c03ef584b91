import { describe, expect, it } from 'vitest';
import { poolCostBefore } from '../../../../src/actions/verify/pool-cost.js';
import { hetznerRig } from '../../../fakes/hetzner-rig.js';

describe('what D13 costs', () => {
  it('is told in the real world, where it costs something', async () => {
    const rig = await hetznerRig({ leftovers: false });
    expect(await poolCostBefore(rig.context)).toBeUndefined();
    Object.assign(rig.world, { identity: async () => ({ kind: 'real' }) });
    expect(await poolCostBefore(rig.context)).toMatch(/^one cx43 for an hour: \d\.\d{3} EUR$/);
    expect(await poolCostBefore(rig.context, 7)).toBeUndefined();
    Object.assign(rig.api, { serverTypes: () => Promise.reject(new Error('no price list')) });
    expect(await poolCostBefore(rig.context)).toBe('price not known: no price list');
    await rig.lab.close();
  });
});

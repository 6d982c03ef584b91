/** What a scan makes of a place that it cannot look at, and which errors are no finding at all. */
import { describe, expect, it } from 'vitest';
import { scanPlaces } from '../../../src/scans/scan-places.js';
import type { ErrorCode } from '../../../src/support/errors/error-codes.js';
import { fail } from '../../../src/support/errors/errors.js';
import { proofOf, type Scope } from '../../../src/verification/dod/scope.js';
import { fakeContext, fakeWorld } from '../walk/rig.js';

const failing = (code: ErrorCode) => async () => {
  throw fail(code, 'no');
};

const ending = ['E5006', 'E5003', 'E4004', 'E5021', 'E5022', 'E1204'] as const;

describe('a scan', () => {
  it('tells a place that it could not look at', async () => {
    const scan = await scanPlaces([{ place: 'a', how: 'read', look: failing('E5004') }]);
    expect(scan.looked).toEqual([{ place: 'a', how: 'read', ok: false, answer: 'could not look', error: 'no' }]);
  });

  it.each(ending)('ends with %s instead of telling it, once every place has settled', async (code) => {
    let settled = false;
    const slow = {
      place: 'b',
      how: 'read',
      look: async () => {
        await Promise.resolve().then(() => Promise.resolve());
        settled = true;
        return [];
      },
    };
    const scan = scanPlaces([{ place: 'a', how: 'read', look: failing(code) }, slow]);
    await expect(scan).rejects.toMatchObject({ code });
    expect(settled).toBe(true);
  });
});

describe('an item of the Definition of Done', () => {
  const scopeOf = async (code: ErrorCode) => {
    const { world } = await fakeWorld();
    const step = { id: '#319', phase: 7, proof: failing(code) };
    return { world, context: fakeContext(world).context, steps: [step], proofs: new Map() } as unknown as Scope;
  };
  it.each(ending)('is not failed by %s, which ends the run', async (code) => {
    await expect(proofOf(await scopeOf(code), '#319')).rejects.toMatchObject({ code });
  });

  it('is failed by a proof that does not hold', async () => {
    expect(await proofOf(await scopeOf('E4009'), '#319')).toMatchObject({ status: 'fail' });
  });
});

import { describe, expect, it } from 'vitest';
import { fail } from '../../../../src/support/errors/errors.js';
import { lookForMother, requireSovereign, withoutMother } from '../../../../src/verification/dod/mother-lost.js';
import { verifyDod } from '../../../../src/verification/dod/step.js';
import { takeDod } from '../../../../src/verification/dod/verify.js';
import { fakeGate, fakeWorld } from '../../../fakes/fake-world.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { memoryCluster } from '../../handover/rig.js';

const none = async () => Promise.reject(fail('E3101', 'No kubeconfig is configured for the mother cluster contabo.'));
const cluster = memoryCluster([]).kube;
const world = (change: object) =>
  fakeWorld({ clock: hurriedClock(), kube: async () => cluster, mother: none, ...change });

describe('a verification without a mother', () => {
  it('says why she cannot be read, and leaves only what is hers unchecked', async () => {
    const lost = await lookForMother(world({}));
    expect(lost).toMatch(/No kubeconfig is configured for the mother/);
    for (const id of ['D15', 'D16', 'D17'])
      expect(withoutMother(id, lost)).toMatchObject({
        status: 'not-checked',
        reason: expect.stringContaining('kubeconfig'),
      });
    for (const id of ['D1', 'D5', 'D14', 'D18', 'D22', 'W1']) expect(withoutMother(id, lost)).toBeUndefined();
  });

  it('takes one that answers for one that can be read', async () => {
    const mother = { ...cluster, raw: async () => ({ status: 403, body: '' }) };
    expect(await lookForMother(world({ mother: async () => mother }))).toBeUndefined();
  });

  it('plans no kill, and does not fail for it', async () => {
    const step = verifyDod(world({}), { only: ['D17'], steps: () => [] });
    expect(await step.plan(new AbortController().signal)).toEqual([]);
  });

  it('of a Sovereign that is not there ends at once with exit status 7 and the command that makes one', async () => {
    const kube = async () => Promise.reject(fail('E3101', 'There is no kubeconfig of omantel.omani.works yet.'));
    const refused = {
      code: 'E4001',
      exitCode: 7,
      actions: expect.arrayContaining([expect.stringMatching(/cluster create/)]),
    };
    await expect(requireSovereign(world({ kube }))).rejects.toMatchObject(refused);
    const whole = takeDod(world({ kube }), fakeGate({}).context, { steps: () => [] });
    await expect(whole).rejects.toMatchObject(refused);
  });
});

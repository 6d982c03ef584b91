import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../../src/verification/dod/item.js';
import { type KillOptions, runKill } from '../../../../src/verification/experiment/kill.js';
import { memoryCluster, motherCluster, rig } from '../../handover/rig.js';

const options: KillOptions = {
  ...{ windowMs: 20_000, baselineMs: 3000, intervalMs: 500, maxOutageMs: 0, lab: true },
  ...{ nameServers: [], exercises: [], notExercised: [], cut: { none: 'not here' } },
  startWitness: async () => {
    throw new Error('nothing is to be sampled');
  },
};

describe('a kill', () => {
  it('of a catalyst-api that is at 0 already is INVALID at once, and writes nothing but its Lease', async () => {
    const mother = motherCluster({});
    mother.objects.get('Deployment catalyst/catalyst-api')!.spec.replicas = 0;
    const { world, context } = rig(mother, memoryCluster([]), () => undefined);
    const experiment = await runKill(world, context, options);
    expect(experiment).toMatchObject({ valid: false, passed: false });
    expect(experiment.problems).toEqual([
      expect.stringMatching(/catalyst\/catalyst-api .*at 0 replicas before the fault/),
    ]);
    expect(verdictOf([{ id: 'D17', status: 'fail' }], experiment, true)).toBe('INVALID');
    expect(mother.writes.filter((write) => !/ Lease /.test(write))).toEqual([]);
  });
});

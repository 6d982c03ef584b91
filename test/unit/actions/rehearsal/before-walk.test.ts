/** Whether a walk offers a rehearsal first: only where one is wanted and possible. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rehearsalBefore } from '../../../../src/actions/rehearsal/before-walk.js';
import { pointToRehearsal } from '../../../../src/verification/rehearsal/pointer.js';
import { omantel } from '../../../fakes/fake-world.js';
import { type ClusterRig, clusterRig } from '../../../fakes/hetzner-rig.js';

const fqdn = 'omantel.omani.works';
const otherParent = { parentZone: { zone: 'omani.works', provider: 'dynadot' } };
let rig: ClusterRig;

beforeEach(async () => {
  rig = await clusterRig();
});
afterEach(() => rig.lab.close());

describe('a rehearsal before the walk', () => {
  it('is made unasked in a lab, and offered in the real world', async () => {
    expect(await rehearsalBefore(rig.context)).toBe('lab');
    Object.assign(rig.world, { identity: async () => ({ kind: 'real' }) });
    expect(await rehearsalBefore(rig.context)).toBe('real');
  });

  it.each<[string, () => unknown, number?]>([
    ['for a walk without a verdict', () => undefined, 7],
    ['in a dry-run', () => Object.assign(rig.context.options, { dryRun: true })],
    ['where one was made', () => pointToRehearsal(rig.stateDir, { bundle: 'b', fqdn, at: 'then' })],
    ['where a person has to delegate', () => Object.assign(rig.world, { sovereign: omantel({}, otherParent) })],
    ['while the Sovereign stands', () => rig.build()],
  ])('is not wanted %s', async (_what, change, until) => {
    await change();
    expect(await rehearsalBefore(rig.context, until)).toBeUndefined();
  });
});

/** Whether a walk offers a rehearsal first: only where one is wanted and possible. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rehearsalBefore } from '../../../../src/actions/rehearsal/before-walk.js';
import { clusterParts } from '../../../../src/hetzner/cluster/parts.js';
import { pointToRehearsal } from '../../../../src/verification/rehearsal/pointer.js';
import { createClusterStep } from '../../../../src/walk/steps/create-cluster.js';
import { fakeGate, fakeSsh, nodeApi, omantel } from '../../../fakes/fake-world.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

const fqdn = 'omantel.omani.works';
const otherParent = { parentZone: { zone: 'omani.works', provider: 'dynadot' } };
let rig: HetznerRig;
const nodes: { name: string }[] = [];
/** The cluster of this spec stands at Hetzner. */
async function built() {
  for (const { name } of clusterParts(rig.world.sovereign).servers) nodes.push({ name });
  const kube = () => rig.world.kube() as never;
  await createClusterStep(rig.world, fakeSsh([])).run(fakeGate({ hetzner: async () => rig.api, kube }).context);
}

beforeEach(async () => {
  nodes.length = 0;
  const registered = nodeApi(() => nodes);
  rig = await hetznerRig({ leftovers: false, world: { kube: async () => registered } as never });
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
    ['while the Sovereign stands', built],
  ])('is not wanted %s', async (_what, change, until) => {
    await change();
    expect(await rehearsalBefore(rig.context, until)).toBeUndefined();
  });
});

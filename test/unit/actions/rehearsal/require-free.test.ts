/** A rehearsal begins only under a name that is nobody's, in a world that has room for it; whatever refuses it, nothing was changed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireFree, requireRoom, requireThrowaway } from '../../../../src/actions/rehearsal/require-free.js';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { clusterParts } from '../../../../src/hetzner/cluster/parts.js';
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

const refused = { code: 'E4035', message: expect.stringContaining('Nothing was changed') };

describe('room for a rehearsal', () => {
  it('is there in a project without a cluster of the Sovereign', async () => {
    await requireRoom(rig.world, fqdn);
  });

  it('is not in a lab where the Sovereign stands, and the way to it is named', async () => {
    await built();
    await expect(requireRoom(rig.world, fqdn)).rejects.toMatchObject({
      ...refused,
      actions: [`catalyst cluster destroy --confirm ${fqdn}`, 'or rehearse in another lab: --lab NAME'],
    });
    Object.assign(rig.world, { identity: async () => ({ kind: 'real' }) });
    await requireRoom(rig.world, fqdn);
  });

  it('is not where a person has to delegate', async () => {
    Object.assign(rig.world, { sovereign: omantel({}, otherParent) });
    await expect(requireRoom(rig.world, fqdn)).rejects.toMatchObject({
      ...refused,
      message: expect.stringMatching(/the parent zone omani\.works is at dynadot, where only a person can do that/),
    });
  });
});

describe('the name of a throwaway', () => {
  it('is not free while a cluster of it stands that no journal here knows', async () => {
    await built();
    await expect(requireFree(rig.world)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('that no journal on this machine records'),
      actions: [expect.stringMatching(/catalyst rehearse --name NAME/)],
    });
  });

  it('is never that of a Sovereign that was built from this machine', () => {
    const entries = [
      { kind: 'run-started', run: 'r', inputs: { command: 'wizard' } },
      { kind: 'begin', run: 'r', target: { system: 'hetzner', kind: 'server', name: 'cp1' } },
    ] as unknown as JournalEntry[];
    expect(() => requireThrowaway(rig.world.sovereign, entries)).toThrow(
      expect.objectContaining({ ...refused, message: expect.stringContaining('catalyst wizard worked on it') }),
    );
    requireThrowaway(rig.world.sovereign, []);
  });
});

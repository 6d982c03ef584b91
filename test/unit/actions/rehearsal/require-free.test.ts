/** A rehearsal begins only under a name that is nobody's, in a world that has room for it; whatever refuses it, nothing was changed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requireFree, requireRoom, requireThrowaway } from '../../../../src/actions/rehearsal/require-free.js';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { refused as refusedName } from '../../../../src/sovereign/spec/checks/throwaway.js';
import { omantel } from '../../../fakes/fake-world.js';
import { type ClusterRig, clusterRig } from '../../../fakes/hetzner-rig.js';

const fqdn = 'omantel.omani.works';
const otherParent = { parentZone: { zone: 'omani.works', provider: 'dynadot' } };
let rig: ClusterRig;

beforeEach(async () => {
  rig = await clusterRig();
});
afterEach(() => rig.lab.close());

const refused = { code: 'E4035', message: expect.stringContaining('Nothing was changed') };

describe('a name that is refused', () => {
  it.each([
    ['omantel', 'test'],
    ['test', 'test2'],
    ['test2', 'test3'],
    ['test-eu', 'test'],
  ])('%s comes with another one to type: %s', (name, other) => {
    expect(refusedName(name, 'it is taken').actions).toEqual([`use another name: catalyst rehearse --name ${other}`]);
  });
});

describe('room for a rehearsal', () => {
  it('is there in a project without a cluster of the Sovereign', async () => {
    await requireRoom(rig.world, fqdn);
  });

  it('is not in a lab where the Sovereign stands, and the way to it is named', async () => {
    await rig.build();
    await expect(requireRoom(rig.world, fqdn)).rejects.toMatchObject({
      ...refused,
      actions: [
        `catalyst cluster destroy --confirm ${fqdn}`,
        'or rehearse in another lab: catalyst rehearse --lab second',
      ],
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
    await rig.build();
    await expect(requireFree(rig.world)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('that no journal on this machine records'),
      actions: ['use another name: catalyst rehearse --name test'],
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

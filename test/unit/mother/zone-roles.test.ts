import { describe, expect, it } from 'vitest';
import { requireOneOwnZone, requireOneParentZone } from '../../../src/mother/zone-roles.js';
import { omantel } from '../../fakes/fake-world.js';

const dns = (...zones: string[]) => ({ zones: async () => zones });
const named = (zone: string) => omantel({}, { parentZone: { provider: 'powerdns', zone } });
const below = (zone?: string) => {
  const sovereign = zone === undefined ? omantel() : named(zone);
  sovereign.spec.fqdn = 'omantel.mena.omani.works';
  return sovereign;
};

describe('several zones for one role', () => {
  it('stop at the parent zone, and list them', async () => {
    const two = dns('omani.works.', 'mena.omani.works.', 'openova.io.', 'x.mena.omani.works.');
    await expect(requireOneParentZone(two, below())).rejects.toMatchObject({
      code: 'E5010',
      exitCode: 7,
      data: { candidates: ['omani.works', 'mena.omani.works'] },
    });
    await expect(requireOneParentZone(two, below('omani.works'))).rejects.toMatchObject({ code: 'E5010' });
    await requireOneParentZone(two, below('mena.omani.works'));
  });

  it('are not the Sovereign’s own one, its neighbors and what only ends alike', async () => {
    const zones = dns('Omani.Works.', 'omantel.omani.works.', 'otech.omani.works.', 'mani.works.', 'openova.io.');
    await requireOneParentZone(zones, omantel());
    await requireOneOwnZone(zones, omantel());
    await requireOneOwnZone(dns('omani.works.'), omantel());
  });

  it('stop at the zone that is deleted', async () => {
    const zones = dns('omani.works.', 'omantel.omani.works.', 'dev.Omantel.omani.works.');
    await expect(requireOneOwnZone(zones, omantel())).rejects.toMatchObject({
      code: 'E5010',
      exitCode: 7,
      message: expect.stringContaining('omantel.omani.works, dev.omantel.omani.works'),
    });
  });
});

/** The tree's zone-sync Job: writes the Sovereign's zone into its PowerDNS, pointing at the nodes' external addresses. */
import type { Lab } from './engine.js';
import { isReady } from './pods.js';
import type { Program } from './programs.js';
import { podsBehind } from './services.js';

export const zoneSync: Program = async ({ env, lab }) => {
  const zone = `${env['ZONE'] ?? lab.world.fqdn}`.replace(/\.?$/, '.');
  const service = lab.store.get('v1/Service', 'powerdns', 'powerdns');
  if (!service || !podsBehind(service, lab).some(isReady)) return 'waiting';
  const addresses = externalAddresses(lab);
  if (addresses.length === 0) throw new Error('no node has an external address');
  const record = (name: string, values: string[]) => ({ name, type: 'A', ttl: 300, values });
  const names = [1, 2, 3].map((number) => `ns${number}.${zone}`);
  await lab.world.dns?.setZone(zone, [
    { name: zone, type: 'NS', ttl: 3600, values: names },
    ...names.map((name, at) => record(name, [addresses[at % addresses.length]!])),
    record(zone, addresses),
    record(`*.${zone}`, addresses),
  ]);
  return { zone, addresses };
};

/** As the nodes' status says, else as the lab knows them. */
function externalAddresses(lab: Lab): string[] {
  const told = lab.store
    .list('v1/Node')
    .flatMap((node) =>
      ((node.status?.addresses ?? []) as { type: string; address: string }[]).filter(
        (one) => one.type === 'ExternalIP',
      ),
    )
    .map((one) => one.address)
    .filter((address) => !address.includes(':'));
  const known = lab.world.nodes().flatMap((node) => (node.publicAddress ? [node.publicAddress] : []));
  return [...new Set(told.length > 0 ? told : known)].sort();
}

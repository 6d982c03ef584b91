/** The tree's zone-sync Job: the Sovereign's zone in its PowerDNS, public names at the load balancer, name servers at the nodes. */
import { rrsetKey } from '../../servers/zones.js';
import { podsBehind } from '../network/services.js';
import type { ReconcileContext } from '../reconciler.js';
import { isReady } from '../workloads/pods.js';
import type { Program } from '../workloads/programs/programs.js';

export const zoneSync: Program = async ({ env, lab }) => {
  const zone = `${env['ZONE'] ?? lab.world.fqdn}`.replace(/\.?$/, '.');
  const service = lab.store.get('v1/Service', 'powerdns', 'powerdns');
  if (!service || !podsBehind(service, lab).some(isReady)) return 'waiting';
  const addresses = externalAddresses(lab);
  if (addresses.length === 0) throw new Error('no node has an external address');
  const balancer = lab.store.get('v1/ConfigMap', 'kube-system', 'catalyst-load-balancer')?.['data'] as
    | { ipv4?: string; ipv6?: string }
    | undefined;
  if (!balancer?.ipv4) throw new Error('the addresses of the load balancer are not recorded');
  const { ipv4, ipv6 } = balancer;
  const record = (name: string, values: string[]) => ({ name, type: 'A', ttl: 300, values });
  const names = [1, 2, 3].map((number) => `ns${number}.${zone}`);
  const soa = lab.world.dns?.zones?.get(zone)?.rrsets.get(rrsetKey(zone, 'SOA'))?.contents[0]?.split(' ');
  const serial = soa?.[2] ?? `${lab.clock.now().toISOString().slice(0, 10).replaceAll('-', '')}01`;
  const authority = `${names[0]} hostmaster.${zone} ${serial} 10800 3600 604800 60`;
  await lab.world.dns?.setZone(zone, [
    { name: zone, type: 'SOA', ttl: 3600, values: [authority] },
    { name: zone, type: 'NS', ttl: 3600, values: names },
    ...names.map((name, at) => record(name, [addresses[at % addresses.length]!])),
    ...[zone, `*.${zone}`].flatMap((name) => [
      record(name, [ipv4]),
      ...(ipv6 ? [{ name, type: 'AAAA', ttl: 300, values: [ipv6] }] : []),
    ]),
  ]);
  return { zone, addresses, balancer };
};

/** As the nodes' status says, else as the lab knows them. */
function externalAddresses(lab: ReconcileContext): string[] {
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

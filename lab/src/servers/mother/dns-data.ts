/** Zones of the mother's PowerDNS at the start, and the rows of its pool-domain-manager that belong to them. */
import type { RRset, Zones } from '../zones.js';
import { type Allocation, pools } from './pdm.js';
import { recordIds } from './records.js';

const nameservers = ['ns1.openova.io.', 'ns2.openova.io.', 'ns3.openova.io.'];
const rr = (name: string, type: string, ttl: number, ...contents: string[]): RRset => ({ name, type, ttl, contents });

/** Public address of the mother, from the range for documentation. */
export const motherAddress = '192.0.2.10';

export function fillZones(zones: Zones, domain: string, subdomain: string): void {
  zones.put('openova.io', [
    rr('openova.io.', 'NS', 3600, ...nameservers),
    rr('openova.io.', 'A', 300, motherAddress),
    ...['ns1', 'ns2', 'ns3'].map((name) => rr(`${name}.openova.io.`, 'A', 3600, motherAddress)),
    ...['console', 'admin', 'marketplace', 'pdns', 'pool', 'harbor'].map((name) =>
      rr(`${name}.openova.io.`, 'A', 300, motherAddress),
    ),
  ]);
  zones.put('omani.rest', [
    rr('omani.rest.', 'NS', 3600, ...nameservers),
    rr('bakkal.omani.rest.', 'A', 300, motherAddress),
  ]);
  // a parent zone outside of the pools has nothing that the pool-domain-manager would write
  const held = pools.includes(domain) ? [subdomain, 'otech'] : [];
  zones.put(domain, [
    rr(`${domain}.`, 'NS', 3600, ...nameservers),
    rr(`${domain}.`, 'A', 300, motherAddress),
    ...held.map((label) => rr(`${label}.${domain}.`, 'NS', 3600, ...nameservers)),
  ]);
  for (const label of held) putPoolZone(zones, `${label}.${domain}.`, loadBalancers[label] ?? loadBalancers.own);
}

/** Of earlier deployments; their servers are long gone. */
const loadBalancers: Record<string, string> & { own: string } = { own: '203.0.113.77', otech: '203.0.113.88' };

/**
 * A zone of its own per name, as the pool-domain-manager of upstream b8d7a8b makes it: NS when the name is reserved, signed
 * (pdns/client.go, CreateZone and EnableDNSSEC), and six A records when it is committed (allocator.go, canonicalRecordSet).
 */
function putPoolZone(zones: Zones, name: string, address: string): void {
  const a = ['', '*.', 'console.', 'api.', 'gitea.', 'harbor.'].map((label) =>
    rr(`${label}${name}`, 'A', 300, address),
  );
  const soaEdit = 'INCEPTION-EPOCH';
  const zone = zones.put(name, [rr(name, 'NS', 3600, ...nameservers), ...a], {
    dnssec: true,
    soaEdit,
    soa_edit: soaEdit,
  });
  zones.addKey(zone, 'zsk');
}

export function poolRows(domain: string, subdomain: string): Allocation[] {
  if (!pools.includes(domain)) return [];
  const row = (name: string, id: string, reservedAt: string, loadBalancerIP: string): Allocation => ({
    poolDomain: domain,
    subdomain: name,
    state: 'active',
    reservedAt,
    sovereignFQDN: `${name}.${domain}`,
    loadBalancerIP,
    createdBy: `catalyst-api/deployment-${id}`,
  });
  return [
    row(subdomain, recordIds.ours[1], '2026-04-29T17:40:00.000Z', loadBalancers.own),
    row('otech', recordIds.other, '2026-04-30T06:05:00.000Z', loadBalancers['otech']!),
  ];
}

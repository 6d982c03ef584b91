/** Zones of the mother's PowerDNS at the start, and the rows of its pool-domain-manager that belong to them. */
import type { RRset, Zones } from '../zones.js';
import type { Allocation } from './pdm.js';
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
  zones.put(domain, [
    rr(`${domain}.`, 'NS', 3600, ...nameservers),
    rr(`${domain}.`, 'A', 300, motherAddress),
    // as an earlier deployment left it: the name is delegated, but to the mother's own servers
    rr(`${subdomain}.${domain}.`, 'NS', 3600, ...nameservers),
    rr(`otech.${domain}.`, 'NS', 3600, ...nameservers),
  ]);
  const other = `otech.${domain}.`;
  zones.put(other, [rr(other, 'NS', 3600, ...nameservers), rr(`*.${other}`, 'A', 300, '203.0.113.88')], {
    dnssec: true,
  });
}

export function poolRows(domain: string, subdomain: string): Allocation[] {
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
    row(subdomain, recordIds.ours[1], '2026-04-29T17:40:00.000Z', '203.0.113.77'),
    row('otech', recordIds.other, '2026-04-30T06:05:00.000Z', '203.0.113.88'),
  ];
}

/** DNS records of the protected names, as the mother's PowerDNS holds them: at, above and below each protected host. */
import { bareName, isAtOrBelow } from '../../sovereign/spec/protected-names.js';
import { hashOf } from '../../support/hash.js';
import type { PowerDnsReader } from '../powerdns.js';

export interface NamePrint {
  zone: string;
  name: string;
  type: string;
  /** Of TTL and records; a zone's serial does not count, it counts writes of every name in it. */
  hash: string;
}

/** `protectedHosts` may still be read; `fqdn`: this Sovereign's name, whose record sets are its own. */
export async function printNames(
  dns: PowerDnsReader,
  protectedHosts: Promise<readonly string[]>,
  fqdn: string,
): Promise<NamePrint[]> {
  const [all, hosts] = await Promise.all([dns.zones(), protectedHosts]);
  const zones = all.map(bareName).filter((zone) => hosts.some((host) => isAtOrBelow(host, zone)));
  const prints = await Promise.all(
    zones.map(async (zone) =>
      ((await dns.zone(zone)) ?? []).flatMap(({ name, type, ttl, records }) => {
        const bare = bareName(name);
        // below a host that is a zone of its own, others may have names
        const isProtected = hosts.some((host) => isAtOrBelow(host, bare) || (host !== zone && isAtOrBelow(bare, host)));
        if (!isProtected || isAtOrBelow(bare, bareName(fqdn)) || type === 'SOA') return [];
        return [{ zone, name: bare, type, hash: hashOf([ttl, [...records].sort()]).slice(0, 16) }];
      }),
    ),
  );
  return prints.flat().sort((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`));
}

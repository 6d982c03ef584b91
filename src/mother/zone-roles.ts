/** Which zone on the mother's PowerDNS plays which role for a Sovereign; where several could, none is chosen. */
import { bareName, isAtOrBelow, parentZoneOf } from '../sovereign/spec/protected-names.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import { requireOne } from './discover.js';
import type { PowerDnsReader } from './powerdns.js';

/**
 * The zone that holds the delegation. Of several above the FQDN the one closest to it answers, so only that one may be meant, and the
 * spec has to name it. Throws E5010.
 */
export async function requireOneParentZone(dns: Pick<PowerDnsReader, 'zones'>, sovereign: Sovereign): Promise<void> {
  const { fqdn, parentZone } = sovereign.spec;
  const above = (await namesOf(dns)).filter((zone) => zone !== bareName(fqdn) && isAtOrBelow(bareName(fqdn), zone));
  const closest = above.toSorted((a, b) => b.length - a.length)[0];
  if (parentZone.zone !== undefined && bareName(parentZoneOf(sovereign)) === closest) return;
  requireOne(`parent zone of ${fqdn}`, above);
}

/** The mother's copy of the Sovereign's zone, which decommissioning deletes. Throws E5010 when zones below the FQDN are there as well. */
export async function requireOneOwnZone(dns: Pick<PowerDnsReader, 'zones'>, { spec }: Sovereign): Promise<void> {
  const own = (await namesOf(dns)).filter((zone) => isAtOrBelow(zone, bareName(spec.fqdn)));
  requireOne(`zone of ${spec.fqdn}`, own);
}

const namesOf = async (dns: Pick<PowerDnsReader, 'zones'>) => (await dns.zones()).map(bareName);

/** Name servers of the Sovereign in the lab, and whose servers the parent refers to; what the emulated controllers see of DNS. */
import type { SovereignDns } from '../controllers/world.js';
import type { Faults } from '../requests/faults.js';
import { answerFrom } from './dns-answer.js';
import { absolute, isBelow, rrsetKey, type Zone, type Zones } from './zones.js';

export interface SovereignDnsOptions {
  /** Zones that the mother's servers answer from, as they answer at this moment. */
  parent: () => Zones;
  /** Zones that the Sovereign's servers answer from. */
  own: Zones;
  /** Leads questions to a program on that loopback port. */
  answeredBy: (port: number | undefined) => void;
  /** Public addresses of the Sovereign's nodes. */
  addresses: () => readonly string[];
}

export function sovereignDns({ parent, own, answeredBy, addresses }: SovereignDnsOptions): SovereignDns {
  return {
    zones: own,
    answeredBy,
    async setZone(name, records) {
      if (!records) {
        own.remove(name);
        return;
      }
      const rrsets = records.map((one) => ({ name: one.name, type: one.type, ttl: one.ttl, contents: one.values }));
      const known = own.get(name);
      if (!known) {
        own.put(name, rrsets);
        return;
      }
      const wanted = new Set(rrsets.map((rrset) => rrsetKey(absolute(rrset.name), rrset.type)));
      for (const rrset of [...known.rrsets.values()])
        if (!wanted.has(rrsetKey(rrset.name, rrset.type)) && rrset.type !== 'SOA')
          own.set(known, { ...rrset, contents: [] });
      for (const rrset of rrsets) if (!isSame(known, rrset)) own.set(known, rrset);
    },
    async authority(zone) {
      const answer = answerFrom(parent(), { name: zone, type: 'NS' });
      if (answer.rcode !== 'NOERROR') return undefined;
      if (answer.authoritative) return 'mother';
      const glue = answer.additionals.flatMap((rrset) => rrset.contents);
      if (glue.some((address) => addresses().includes(address))) return 'sovereign';
      return answer.authorities.length > 0 ? 'mother' : undefined;
    },
  };
}

function isSame(zone: Zone, rrset: { name: string; type: string; ttl: number; contents: string[] }): boolean {
  const there = zone.rrsets.get(rrsetKey(absolute(rrset.name), rrset.type));
  return there !== undefined && there.ttl === rrset.ttl && there.contents.join('\n') === rrset.contents.join('\n');
}

/** `zones` without the delegations that a fault has lost. */
export function withLostDelegations(zones: Zones, faults: Faults): Zones {
  if (!zones.all().some((zone) => lostIn(zone, faults).length > 0)) return zones;
  const without = (zone: Zone | undefined): Zone | undefined => {
    const lost = zone ? lostIn(zone, faults) : [];
    if (!zone || lost.length === 0) return zone;
    const kept = [...zone.rrsets].filter(([, rrset]) => !lost.some((name) => isBelow(rrset.name, name)));
    return { ...zone, rrsets: new Map(kept) };
  };
  return { ...zones, get: (name) => without(zones.get(name)), holding: (name) => without(zones.holding(name)) };
}

function lostIn(zone: Zone, faults: Faults): string[] {
  return [...zone.rrsets.values()]
    .filter((rrset) => rrset.type === 'NS' && rrset.name !== zone.name)
    .filter((rrset) => faults.holds('lost-delegation', rrset.name.replace(/\.$/, '')))
    .map((rrset) => rrset.name);
}

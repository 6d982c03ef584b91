/**
 * A resolver on loopback, as anybody's in the world: it begins at the mother's name servers and follows what they refer to. Only
 * where they refer to the Sovereign's nodes does a question get to the Sovereign's servers.
 */
import type { Faults } from '../faults.js';
import type { RequestLog } from '../request-log.js';
import { type DnsServer, startDns } from './dns.js';
import { answerFrom } from './dns-answer.js';
import { createZones, type Zones } from './zones.js';

export interface ResolverOptions {
  log: RequestLog;
  faults: Faults;
  /** Zones that the mother's servers answer from, as they answer at this moment. */
  parent: () => Zones;
  /** Public addresses of the Sovereign's nodes. */
  addresses: () => readonly string[];
  /** Loopback ports of both sides' servers. */
  ports: { mother: number; sovereign: number };
}

export function startResolver({ log, faults, parent, addresses, ports }: ResolverOptions): Promise<DnsServer> {
  const nothing = createZones(() => new Date(0));
  return startDns({
    ...{ name: 'dns-resolver', log, faults },
    zones: () => nothing,
    program({ name, type }) {
      // whoever learns an address calls it next, and these belong to others
      if (type === 'A' || type === 'AAAA') return undefined;
      const referral = answerFrom(parent(), { name, type: 'NS' });
      if (referral.authoritative) return ports.mother;
      const glue = referral.additionals.flatMap((rrset) => rrset.contents);
      return glue.some((address) => addresses().includes(address)) ? ports.sovereign : undefined;
    },
  });
}

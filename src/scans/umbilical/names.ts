/** Where the Sovereign's own name comes from: the servers of the parent zone, and what these and its own answer. */
import { isIP } from 'node:net';
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { parentFinding } from '../../sovereign/spec/independence.js';
import { bareName } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import { canonicalAddress } from '../names/addresses.js';
import type { Finding, Scanned } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import type { KnownMother } from './mother.js';

export function namePlaces(look: Scanned, mother: KnownMother): ScanPlace[] {
  return [parentServers(look, mother), ownServers(look, mother)];
}

const isHers = ({ domains, addresses }: KnownMother, data: string) =>
  isIP(data) !== 0
    ? addresses.some((one) => canonicalAddress(one) === canonicalAddress(data))
    : domains.some((domain) => data === domain || data.endsWith(`.${domain}`));

/** The first of the parent's servers that answers. */
async function ask(look: Scanned, name: string, type: 'NS' | 'A' | 'AAAA') {
  const servers = look.sovereign.spec.mother.powerdns.nameservers;
  let last: unknown;
  for (const server of servers) {
    try {
      return await look.dns({ server, name, type, transport: 'udp', signal: look.signal });
    } catch (error) {
      look.signal.throwIfAborted();
      last = error;
    }
  }
  throw last ?? new Error('the spec names no server of the parent zone');
}

function parentServers(look: Scanned, mother: KnownMother): ScanPlace {
  const { fqdn } = look.sovereign.spec;
  const parent = parentZoneOf(look.sovereign);
  return {
    place: `servers of the parent zone ${parent}`,
    how: `NS of ${parent}, queried at ${look.sovereign.spec.mother.powerdns.nameservers.join(', ')}`,
    async look() {
      const reply = await ask(look, parent, 'NS');
      const names = [...reply.answers, ...reply.authorities]
        .filter(({ type }) => type === 'NS')
        .map(({ data }) => bareName(String(data)));
      if (names.length === 0) throw new Error(`no server of ${parent} is named (${reply.rcode})`);
      const hers = names.filter((name) => isHers(mother, name));
      if (hers.length === 0) return [];
      return [
        {
          id: parentFinding(parent),
          where: `zone ${parent}`,
          what: `served by the mother's ${hers.join(', ')}`,
          breaks: `if the mother's DNS is down, new lookups of ${fqdn} fail once the delegation's TTL has expired`,
          remedy: `give ${parent} a secondary outside the mother (a Hetzner DNS secondary zone, or the registrar)`,
          grade: 'L1',
        },
      ];
    },
  };
}

function ownServers(look: Scanned, mother: KnownMother): ScanPlace {
  const { fqdn } = look.sovereign.spec;
  const parent = parentZoneOf(look.sovereign);
  return {
    place: `name servers and addresses of ${fqdn}`,
    how: "NS, A and AAAA as the parent's servers and the Sovereign's own answer",
    async look() {
      const replies = await Promise.all((['NS', 'A', 'AAAA'] as const).map((type) => ask(look, fqdn, type)));
      const records = replies.flatMap((reply) => [...reply.answers, ...reply.authorities, ...reply.additionals]);
      const found = new Map<string, Finding>();
      for (const record of records) {
        const data = bareName(String(record.data));
        if (
          !['NS', 'A', 'AAAA', 'CNAME'].includes(record.type) ||
          !isHers(mother, data) ||
          bareName(String(record.name)) === parent
        )
          continue;
        const id = `record ${record.name} ${record.type} ${data}`;
        found.set(id, {
          id,
          where: `${record.type} ${record.name}`,
          what: `is ${data}`,
          breaks: 'the name of the Sovereign is answered by the mother',
          remedy: command('ticket run', '374'),
          grade: 'L1',
        });
      }
      return [...found.values()];
    },
  };
}

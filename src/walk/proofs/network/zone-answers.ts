/** bp-powerdns: SOA for the Sovereign's zone over UDP and TCP on port 53 of every node, whose first server is one of the zone's. */
import { nodeAddresses } from '../../../kubernetes/node-addresses.js';
import { bareName } from '../../../sovereign/spec/protected-names.js';
import { messageOf } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { DnsAnswer } from '../../../tools/dns/dns.js';
import type { World } from '../../../world/world.js';
import { disproved, type ProofOf } from '../proof.js';

export const zoneAnswers: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn } = world.sovereign.spec;
    const addresses = await nodeAddresses(await world.kube());
    if (addresses.length === 0) throw disproved('bp-powerdns', 'a node with a public address', 'none');
    const serials = await readUntilAlike(world, `one serial of ${fqdn} everywhere`, async () => {
      const seen = new Map<string, number>();
      for (const server of addresses)
        for (const transport of transports) seen.set(`${server}/${transport}`, await soaOf(world, server, transport));
      return seen;
    });
    for (const server of addresses) await checkAuthority(world, server);
    const [serial, ...others] = new Set(serials.values());
    if (others.length > 0)
      throw disproved('bp-powerdns', 'one serial everywhere', JSON.stringify(Object.fromEntries(serials)));
    // who copies the zone would never see a change of it
    if (serial === 0) throw disproved('bp-powerdns', `a serial of ${fqdn} that rises with every change`, '0');
    return {
      summary: `SOA ${serial} of ${fqdn} over udp and tcp from ${addresses.join(', ')}`,
      facts: { serial, addresses },
    };
  },
});

export const transports = ['udp', 'tcp'] as const;

/** A change of a zone is at every server within a second or two. */
const readings = 8;

/**
 * What each server says, read again as long as they differ: an order for a certificate changes the zone at any moment, and a reading of
 * one server after the other then has both. What they say apart at the end is returned as it is.
 */
export function readUntilAlike<T>(
  { clock, signal }: Pick<World, 'clock' | 'signal'>,
  reason: string,
  read: () => Promise<ReadonlyMap<string, T>>,
): Promise<ReadonlyMap<string, T>> {
  let turn = 0;
  return waitUntil<ReadonlyMap<string, T>>({
    ...{ reason, timeoutMs: 120_000, clock, signal, maxPauseMs: 2000 },
    async look() {
      const seen = await read();
      const isAlike = new Set(seen.values()).size === 1;
      turn += 1;
      return isAlike || turn === readings ? { done: seen } : { pending: JSON.stringify(Object.fromEntries(seen)) };
    },
  });
}

/** A secondary, a registrar and Let's Encrypt's resolvers go by what the SOA says. */
async function checkAuthority(world: World, server: string): Promise<void> {
  const { fqdn } = world.sovereign.spec;
  const ask = (type: 'SOA' | 'NS') => world.dns({ server, name: fqdn, type, transport: 'tcp' });
  const [soa, ns] = await Promise.all([ask('SOA'), ask('NS')]);
  const named = ns.answers.filter(({ type }) => type === 'NS').map(({ data }) => bareName(String(data)));
  const authority = soa.answers.find(({ type }) => type === 'SOA');
  if (!authority) throw disproved('bp-powerdns', `the SOA of ${fqdn} from ${server}`, soa.rcode);
  const { mname, minimum } = authority.data as { mname: string; minimum: number };
  if (!named.includes(bareName(String(mname))))
    throw disproved(
      'bp-powerdns',
      `the SOA of ${fqdn} to name one of its servers (${named.join(', ')})`,
      `${mname} at ${server}`,
    );
  const negativeS = Math.min(minimum, authority.ttl);
  if (negativeS > longestDenialS)
    throw disproved('bp-powerdns', `"does not exist" to be kept for ${longestDenialS} s at most`, `${negativeS} s`);
}

/** Who asks for a name before it is there waits this long, with everybody behind the same resolver. */
const longestDenialS = 300;

/** The serial that a server gives with authority; waits while the server is still coming up. */
export function soaOf(world: World, server: string, transport: 'udp' | 'tcp'): Promise<number> {
  const { fqdn } = world.sovereign.spec;
  return waitUntil<number>({
    reason: `SOA of ${fqdn} from ${server}:53/${transport}`,
    timeoutMs: 180_000,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      const answer = await world
        .dns({ server, name: fqdn, type: 'SOA', transport, timeoutMs: 3000 })
        .catch((error: unknown) => messageOf(error));
      if (typeof answer === 'string')
        return { pending: `${answer} Is port 53 (${transport}) open in the firewall, from here and at the node?` };
      const serial = serialOf(answer, fqdn);
      return serial === undefined
        ? { pending: `${server} answers ${answer.rcode}${answer.authoritative ? '' : ' without authority'}` }
        : { done: serial };
    },
  });
}

export function serialOf(answer: DnsAnswer, zone: string): number | undefined {
  const soa = answer.answers.find((record) => record.type === 'SOA' && bareName(record.name) === zone);
  return answer.authoritative && soa ? (soa.data as { serial: number }).serial : undefined;
}

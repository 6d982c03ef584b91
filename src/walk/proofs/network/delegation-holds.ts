/** #374: from the parent's servers down: they refer to the Sovereign's, those answer with authority, SOA and A agree. */
import { bareName } from '../../../sovereign/spec/protected-names.js';
import type { DnsAnswer } from '../../../tools/dns/dns.js';
import type { World } from '../../../world/world.js';
import { disproved, type ProofOf } from '../proof.js';
import { readUntilAlike, soaOf, transports } from './zone-answers.js';

export const delegationHolds: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn, mother } = world.sovereign.spec;
    const servers = new Set<string>();
    for (const parent of mother.powerdns.nameservers) {
      for (const address of glueOf(await refer(world, parent), fqdn, parent)) servers.add(address);
    }
    const seen = await readUntilAlike(world, `the servers of ${fqdn} to agree`, async () => {
      const said = new Map<string, string>();
      for (const server of servers) {
        const addresses = await addressesFrom(world, server);
        for (const transport of transports)
          said.set(`${server}/${transport}`, `${await soaOf(world, server, transport)} ${addresses.join(',')}`);
      }
      return said;
    });
    const [agreed, ...others] = new Set(seen.values());
    if (others.length > 0)
      throw disproved('#374', 'SOA and A to agree on all servers', JSON.stringify(Object.fromEntries(seen)));
    return {
      summary: `${mother.powerdns.nameservers.length} parent servers refer ${fqdn} to ${[...servers].join(', ')}; SOA and A agree (${agreed})`,
      facts: {
        parents: mother.powerdns.nameservers,
        servers: Object.fromEntries([...servers].map((server) => [server, agreed])),
      },
    };
  },
});

async function addressesFrom(world: World, server: string): Promise<string[]> {
  const name = `console.${world.sovereign.spec.fqdn}`;
  const answer = await world.dns({ server, name, type: 'A', transport: 'udp' });
  const addresses = answer.answers.filter(({ type }) => type === 'A').map(({ data }) => String(data));
  if (addresses.length === 0) throw disproved('#374', `an address of ${name} from ${server}`, answer.rcode);
  return addresses.sort();
}

/** Asks a parent server for the Sovereign's name, without recursion: a referral is what it should answer. */
function refer(world: World, parent: string): Promise<DnsAnswer> {
  return world.dns({ server: parent, name: world.sovereign.spec.fqdn, type: 'NS', transport: 'udp' });
}

/** Addresses behind the NS of the referral; every NS must have glue. */
export function glueOf(answer: DnsAnswer, fqdn: string, parent: string): string[] {
  const names = [...answer.authorities, ...answer.answers]
    .filter((record) => record.type === 'NS' && bareName(record.name) === fqdn)
    .map((record) => bareName(String(record.data)));
  if (names.length === 0)
    throw disproved('#374', `${parent} to refer ${fqdn} to name servers`, `${answer.rcode} without NS`);
  return names.map((name) => {
    const glue = answer.additionals.find((record) => record.type === 'A' && bareName(record.name) === name);
    if (!glue) throw disproved('#374', `glue for ${name} from ${parent}`, 'none');
    return String(glue.data);
  });
}

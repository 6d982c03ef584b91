/** Whether the parent's servers refer to the Sovereign's own name servers, asked from the top, with no resolver between. */
import { parentZoneOf } from '../../mother/protected/protected-set.js';
import { bareName } from '../../sovereign/spec/protected-names.js';
import { messageOf } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

export interface Delegation {
  ok: boolean;
  /** What was seen, for a person. */
  summary: string;
  /** Name servers that the parent names. */
  nameServers: string[];
  /** Their addresses, from the glue. */
  addresses: string[];
  serial?: number;
}

type Asker = Pick<World, 'sovereign' | 'dns' | 'signal'>;

interface Reply {
  answers: { name: string; type: string; data: unknown }[];
  authorities: { name: string; type: string; data: unknown }[];
  additionals: { name: string; type: string; data: unknown }[];
}

/** Asks the parent's servers for the referral, then each of the Sovereign's servers for its SOA, over UDP and TCP. */
export async function checkDelegation(world: Asker): Promise<Delegation> {
  const { fqdn, mother } = world.sovereign.spec;
  const parent = parentZoneOf(world.sovereign);
  const problems: string[] = [];
  const seen = new Set<string>();
  const glue = new Map<string, string>();
  for (const server of mother.powerdns.nameservers) {
    try {
      const reply: Reply = await world.dns({ server, name: fqdn, type: 'NS', transport: 'udp', signal: world.signal });
      const names = [...reply.answers, ...reply.authorities].filter(
        (record) => record.type === 'NS' && bareName(record.name) === fqdn,
      );
      if (names.length === 0) problems.push(`${server} names no server for ${fqdn}`);
      for (const record of names) seen.add(bareName(String(record.data)));
      for (const record of reply.additionals)
        if (record.type === 'A') glue.set(bareName(record.name), String(record.data));
    } catch (error) {
      problems.push(`${server}: ${messageOf(error)}`);
    }
  }
  const nameServers = [...seen].sort();
  const foreign = nameServers.filter((name) => !name.endsWith(`.${fqdn}`));
  if (foreign.length > 0) problems.push(`${parent} still delegates ${fqdn} to ${foreign.join(', ')}`);
  const serials = new Set<number>();
  for (const name of nameServers.filter((one) => !foreign.includes(one))) {
    const server = glue.get(name);
    if (!server) {
      problems.push(`no glue for ${name}`);
      continue;
    }
    for (const transport of ['udp', 'tcp'] as const) {
      try {
        const reply = await world.dns({ server, name: fqdn, type: 'SOA', transport, signal: world.signal });
        const soa = reply.answers.find((record) => record.type === 'SOA')?.data as { serial?: number } | undefined;
        if (!reply.authoritative || soa?.serial === undefined)
          problems.push(`${name} is not authoritative over ${transport}`);
        else serials.add(soa.serial);
      } catch (error) {
        problems.push(`${name} over ${transport}: ${messageOf(error)}`);
      }
    }
  }
  if (serials.size > 1) problems.push(`serials differ: ${[...serials].join(', ')}`);
  const ok = problems.length === 0 && nameServers.length > 0;
  const summary = ok
    ? `${parent} delegates ${fqdn} to ${nameServers.join(', ')}, which answer with serial ${[...serials][0]} over UDP and TCP`
    : problems.join('; ');
  const addresses = nameServers.flatMap((name) => glue.get(name) ?? []);
  return { ok, summary, nameServers, addresses, serial: [...serials][0] };
}

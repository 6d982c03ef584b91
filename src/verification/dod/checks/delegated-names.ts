/** D4 beyond its ticket: who answers for the names, what resolvers make of it, and whether a chain of DNSSEC is whole. */
import { checkDelegation, type Delegation } from '../../../handover/sovereign/delegation.js';
import { parentZoneOf } from '../../../mother/protected/protected-set.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { messageOf } from '../../../support/errors/errors.js';
import type { DnsAnswer, DnsQuestion } from '../../../tools/dns/dns.js';
import { resolversOf } from '../../../walk/delegation/await-referral.js';
import type { World } from '../../../world/world.js';
import { type Answer, allOf, failed, notChecked, passed } from '../item.js';
import { proofOf, type Scope } from '../scope.js';

/** Where the registrar parks names that are not delegated. */
const parking = ['185.53.179.128'];
/** One resolver alone may have kept what it says. */
const fewest = 2;

/** What one server answered, or why it did not. */
type Seen<T> = { server: string } & (T | { error: string });

/** What D4 observed. */
export interface NamesSeen {
  delegation: Delegation;
  /** A records of the console, by the Sovereign's own servers. */
  own: Seen<{ addresses: string[] }>[];
  /** The same by resolvers, and whether they validated the zone's SOA. */
  resolvers: Seen<{ addresses: string[]; rcode: string; zone: string; authenticated: boolean }>[];
  /** Whether each server of the parent has a DS for the FQDN. */
  parents: Seen<{ signed: boolean }>[];
}

export async function delegationChain(scope: Scope): Promise<Answer> {
  const seen = await lookAtNames(scope.world, await checkDelegation(scope.world));
  return { ...judgeNames(seen, await proofOf(scope, '#374'), scope.world.sovereign), evidence: seen };
}

/** Asks the parent's servers, the Sovereign's own and the resolvers that the tree names. */
export async function lookAtNames(world: World, delegation: Delegation): Promise<NamesSeen> {
  const { fqdn, mother } = world.sovereign.spec;
  const console = { name: `console.${fqdn}`, type: 'A' } as const;
  const ask = (question: Pick<DnsQuestion, 'server' | 'name' | 'type' | 'port' | 'recursive'>) =>
    world.dns({ ...question, transport: 'udp', signal: world.signal });
  const own = delegation.addresses.map((server) =>
    seenOf(server, async () => ({ addresses: addressesIn(await ask({ ...console, server })) })),
  );
  const resolvers = resolversOf(await world.tree()).map((at) =>
    seenOf(at.server, async () => {
      const [answer, soa] = await Promise.all([
        ask({ ...console, ...at, recursive: true }),
        ask({ name: fqdn, type: 'SOA', ...at, recursive: true }),
      ]);
      const { rcode, authenticated = false } = soa;
      return { addresses: addressesIn(answer), rcode: answer.rcode, zone: rcode, authenticated };
    }),
  );
  const parents = mother.powerdns.nameservers.map((server) =>
    seenOf(server, async () => {
      const { answers } = await ask({ name: fqdn, type: 'DS', server });
      return { signed: answers.some(({ type }) => type === 'DS') };
    }),
  );
  const [a, b, c] = await Promise.all([Promise.all(own), Promise.all(resolvers), Promise.all(parents)]);
  return { delegation, own: a, resolvers: b, parents: c };
}

async function seenOf<T>(server: string, look: () => Promise<T>): Promise<Seen<T>> {
  return look().then(
    (answer) => ({ server, ...answer }),
    (error: unknown) => ({ server, error: messageOf(error) }),
  );
}

const addressesIn = ({ answers }: DnsAnswer) =>
  answers
    .filter(({ type }) => type === 'A')
    .map(({ data }) => String(data))
    .sort();

const answered = <T>(all: readonly Seen<T>[]) =>
  all.flatMap((one) => ('error' in one ? [] : [one as { server: string } & T]));
const silent = (all: readonly Seen<object>[]) =>
  all.flatMap((one) => ('error' in one ? [`${one.server}: ${one.error}`] : []));

/** Pure. @param proof of #374 */
export function judgeNames(seen: NamesSeen, proof: Answer, sovereign: Sovereign): Answer {
  const { ok, summary, nameServers } = seen.delegation;
  const { fqdn } = sovereign.spec;
  const own = nameServers.length > 0 && nameServers.every((name) => name.endsWith(`.${fqdn}`));
  return allOf([
    proof,
    ok && own ? passed(summary) : failed(summary),
    resolversAgree(seen, `console.${fqdn}`),
    signedOrPlain(seen, sovereign),
  ]);
}

/** Several resolvers answer what the Sovereign's own servers answer. */
function resolversAgree({ own, resolvers }: NamesSeen, name: string): Answer {
  const wanted = answered(own)[0]?.addresses.join(', ') ?? '';
  const problems = answered(resolvers).flatMap(({ server, addresses, rcode }) => {
    const told = addresses.join(', ') || rcode;
    if (addresses.some((one) => parking.includes(one)))
      return [`${server} leads ${name} to the registrar's parking address ${told}`];
    if (wanted === '' || told === wanted) return [];
    return [`${server} answers ${told} for ${name}, its own servers ${wanted}`];
  });
  if (problems.length > 0) return failed(problems.join('; '));
  if (wanted === '') return notChecked(`no server of its own answers for ${name}`);
  const open = silent(resolvers);
  if (open.length > 0) return notChecked(`a resolver could not be asked: ${open.join('; ')}`);
  if (resolvers.length < fewest) return notChecked(`${resolvers.length} resolvers were asked, ${fewest} are needed`);
  return passed(`${resolvers.map(({ server }) => server).join(', ')} answer ${wanted} for ${name}`);
}

/** A DS in the parent asks for a signed zone, which every resolver must have validated; none means there is no chain to break. */
function signedOrPlain({ parents, resolvers }: NamesSeen, sovereign: Sovereign): Answer {
  const { fqdn } = sovereign.spec;
  const parent = parentZoneOf(sovereign);
  const open = silent(parents);
  if (open.length > 0 || parents.length === 0) return notChecked(`the DS query failed: ${open.join('; ')}`);
  const signed = answered(parents).filter((one) => one.signed).length;
  if (signed === 0) return passed('no DS: DNSSEC absent');
  if (signed < parents.length) return failed(`only ${signed} of ${parents.length} servers of ${parent} have its DS`);
  const bogus = answered(resolvers).filter(({ zone, authenticated }) => zone !== 'NOERROR' || !authenticated);
  if (bogus.length > 0) {
    const told = bogus.map(({ server, zone }) => `${server} (${zone})`).join(', ');
    return failed(`${parent} has a DS for ${fqdn}, and ${told} did not validate its chain`);
  }
  if (answered(resolvers).length < fewest)
    return notChecked(`${parent} has a DS for ${fqdn}; its chain was not validated`);
  return passed(`${resolvers.map(({ server }) => server).join(', ')} validated the chain of DNSSEC`);
}

/**
 * A public name that a resolver denies although it is there: somebody asked too early, and the resolver keeps "does not exist" for as long
 * as the SOA says (RFC 2308). That is waited out, and only that: before the delegation stands, and for other names, the denial is the answer.
 */
import { bareName, isAtOrBelow, parentZoneOf } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Clock } from '../../support/clock.js';
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { DnsAnswer, DnsQuery, DnsQuestion } from '../../tools/dns/dns.js';
import type { HttpAnswer } from '../../tools/http/http.js';

export interface NegativeWait {
  sovereign: Sovereign;
  dns: DnsQuery;
  clock: Clock;
  signal: AbortSignal;
  onPending: (pending: string, deadline: Date) => void;
}

const denials = ['ENOTFOUND', 'ENODATA'];
const mostPauseMs = 15_000;

/** Asks again while the name is denied, until no cache can hold that any longer; then the denial is the answer. */
export function pastNegativeAnswers<R extends { url: string }>(
  http: (request: R) => Promise<HttpAnswer>,
  waiting: NegativeWait,
): (request: R) => Promise<HttpAnswer> {
  return async (request) => {
    const { clock, signal, sovereign, onPending } = waiting;
    const host = bareName(new URL(request.url).hostname);
    let deadline: Date | undefined;
    for (let pause = 1000; ; pause = Math.min(pause * 2, mostPauseMs)) {
      try {
        return await http(request);
      } catch (error) {
        const denied = isCatalystError(error, 'E3002') && denials.includes(String(error.data.code));
        if (!denied || !isAtOrBelow(host, sovereign.spec.fqdn)) throw error;
        if (!deadline) {
          const kept = await keptFor(waiting, host);
          if (!kept) throw error;
          deadline = new Date(clock.now().getTime() + kept.seconds * 1000);
          onPending(
            `${host} is denied (${messageOf(error)}), which a resolver may keep for ${kept.seconds} s, the SOA minimum of ${kept.zone}`,
            deadline,
          );
        }
        const left = deadline.getTime() - clock.now().getTime();
        if (left <= 0) throw error;
        await clock.sleep(Math.min(pause, left), signal);
      }
    }
  };
}

/** How long a resolver may go on denying the name, and whose SOA says so; undefined where the name is not delegated yet. */
async function keptFor(
  { sovereign, dns, signal }: NegativeWait,
  host: string,
): Promise<{ seconds: number; zone: string } | undefined> {
  const { fqdn, mother } = sovereign.spec;
  const parent = parentZoneOf(sovereign);
  const ask = (question: Pick<DnsQuestion, 'server' | 'name' | 'type'>) =>
    dns({ ...question, transport: 'udp', signal }).catch(() => undefined);
  const referrals = await Promise.all(
    mother.powerdns.nameservers.map((server) => ask({ server, name: fqdn, type: 'NS' })),
  );
  const glue = referrals.flatMap((answer) => glueIn(answer, fqdn) ?? []);
  if (glue.length === 0 || referrals.some((answer) => answer && !glueIn(answer, fqdn))) return undefined;
  const own = await ask({ server: glue[0]!, name: fqdn, type: 'SOA' });
  const there = await ask({ server: glue[0]!, name: host, type: 'A' });
  const isThere = (there?.answers.length ?? 0) > 0;
  // denied by its own servers: those keep it too, but what the parent said before is not what is in the way
  const above = isThere
    ? await Promise.all(mother.powerdns.nameservers.map((server) => ask({ server, name: parent, type: 'SOA' })))
    : [];
  const limits = [
    { zone: fqdn, seconds: negativeOf(own) },
    ...above.map((answer) => ({ zone: parent, seconds: negativeOf(answer) })),
  ];
  return limits.filter(({ seconds }) => seconds > 0).sort((a, b) => b.seconds - a.seconds)[0];
}

/** Addresses of the Sovereign's servers in a referral; undefined for an answer that is none. */
function glueIn(answer: DnsAnswer | undefined, fqdn: string): string[] | undefined {
  if (!answer || answer.authoritative) return undefined;
  const glue = answer.additionals.filter(({ name, type }) => type === 'A' && isAtOrBelow(bareName(name), fqdn));
  return glue.length > 0 ? glue.map(({ data }) => String(data)) : undefined;
}

function negativeOf(answer: DnsAnswer | undefined): number {
  const soa = answer?.answers.find(({ type }) => type === 'SOA');
  const minimum = Number((soa?.data as { minimum?: unknown } | undefined)?.minimum);
  return soa && Number.isFinite(minimum) ? Math.min(soa.ttl, minimum) : 0;
}

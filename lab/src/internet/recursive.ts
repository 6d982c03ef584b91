/**
 * A recursive name server, as anybody's in the world: from the servers of a registered domain it follows referrals, asking for
 * one label more at a time (RFC 9156), and keeps what it was told: answers for their TTL, "no such name" and "no such type" for
 * the smaller of the SOA's TTL and its last field (RFC 2308, 5), and below a name that does not exist nothing does (RFC 8020).
 */
import type { Clock } from 'catalyst/support/clock.js';
import dnsPacket, { type Answer, type DecodedPacket, type RecordType } from 'dns-packet';
import { relay } from '../servers/dns-relay.js';
import { type Internet, resolverAddresses, sentFrom } from './internet.js';
import { worldMs } from './pace.js';

export interface Resolution {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  answers: Answer[];
  /** The SOA of a negative answer. */
  authorities: Answer[];
}

export interface Recursive {
  resolve(name: string, type: RecordType): Promise<Resolution>;
  /** IPv4 addresses of a name; none when it does not resolve. */
  addresses(name: string): Promise<string[]>;
}

export interface RecursiveOptions {
  internet: Internet;
  /** The registered domain at or above a name, and the addresses of the servers that its registry refers to. */
  registered(name: string): { zone: string; servers: readonly string[] } | undefined;
  clock: Clock;
}

interface Kept {
  until: number;
  resolution: Resolution;
}

const failed: Resolution = { rcode: 'SERVFAIL', answers: [], authorities: [] };
const longestChain = 8;

export function createRecursive({ internet, registered, clock }: RecursiveOptions): Recursive {
  const cache = new Map<string, Kept>();
  const now = () => clock.now().getTime();
  const keep = (key: string, resolution: Resolution, seconds: number) =>
    void cache.set(key, { resolution, until: now() + worldMs(seconds) });

  function kept(name: string, type: string): Resolution | undefined {
    const labels = name.split('.');
    const gone = labels.map((_, at) => `${labels.slice(at).join('.')} *`);
    for (const key of [`${name} ${type}`, ...gone]) {
      const found = cache.get(key);
      if (found && found.until > now()) return found.resolution;
      cache.delete(key);
    }
    return undefined;
  }

  async function ask(server: string, name: string, type: RecordType): Promise<DecodedPacket | undefined> {
    const port = internet.arrive({ from: sentFrom(resolverAddresses, server), to: server, port: 53, protocol: 'udp' });
    if (typeof port !== 'number') return undefined;
    const query = dnsPacket.encode({ type: 'query', id: 1, flags: 0, questions: [{ name, type }] });
    const answer = await relay(query, { port, transport: 'udp' });
    return answer && dnsPacket.decode(answer);
  }

  async function askAny(
    servers: readonly string[],
    name: string,
    type: RecordType,
  ): Promise<DecodedPacket | undefined> {
    for (const server of servers) {
      const answer = await ask(server, name, type);
      const rcode = (answer as { rcode?: string } | undefined)?.rcode;
      if (answer && (rcode === 'NOERROR' || rcode === 'NXDOMAIN')) return answer;
    }
    return undefined;
  }

  /** An answer as it is kept and told. */
  function told(answer: DecodedPacket, name: string, type: RecordType): Resolution {
    const { rcode } = answer as unknown as { rcode: 'NOERROR' | 'NXDOMAIN' };
    const answers = (answer.answers ?? []).filter((one) => one.type !== 'OPT');
    const authorities = (answer.authorities ?? []).filter((one) => one.type === 'SOA');
    const resolution: Resolution = { rcode, answers, authorities };
    if (answers.length > 0) keep(`${name} ${type}`, resolution, Math.min(...answers.map(ttlOf)));
    else keep(`${name} ${rcode === 'NXDOMAIN' ? '*' : type}`, resolution, negativeTtl(authorities));
    return resolution;
  }

  async function walk(name: string, type: RecordType): Promise<Resolution> {
    const start = registered(name);
    if (!start) return { rcode: 'NXDOMAIN', answers: [], authorities: [] };
    let { zone, servers } = start;
    for (;;) {
      const next = await step(name, type, zone, servers);
      if ('rcode' in next) return next;
      ({ zone, servers } = next);
    }
  }

  /** Asks the servers of one zone: an answer, or where they refer to. */
  async function step(name: string, type: RecordType, zone: string, servers: readonly string[]) {
    for (const ancestor of ancestorsWithin(name, zone)) {
      const isWhole = ancestor === name;
      const answer = await askAny(servers, ancestor, isWhole ? type : 'A');
      if (!answer) return failed;
      const cut = (answer.authorities ?? []).find((one) => one.type === 'NS');
      if (cut && !answer.flag_aa && (answer.answers ?? []).length === 0) {
        // servers that refer to what they were asked for, or above it, do not serve it
        if (bare(cut.name).length <= zone.length) return failed;
        return { zone: bare(cut.name), servers: await addressesOf(answer, bare(cut.name)) };
      }
      const { rcode } = answer as unknown as { rcode: string };
      if (isWhole || rcode === 'NXDOMAIN') return told(answer, ancestor, isWhole ? type : 'A');
    }
    return failed;
  }

  /** Of the servers of a referral: by its glue, else as names of their own. */
  async function addressesOf(referral: DecodedPacket, zone: string): Promise<string[]> {
    const glue = (referral.additionals ?? []).flatMap((one) => (one.type === 'A' ? [one.data] : []));
    if (glue.length > 0) return glue;
    const names = (referral.authorities ?? []).flatMap((one) => (one.type === 'NS' ? [bare(one.data)] : []));
    const outside = names.filter((one) => one !== zone && !one.endsWith(`.${zone}`));
    return (await Promise.all(outside.map(addresses))).flat();
  }

  async function resolve(given: string, type: RecordType): Promise<Resolution> {
    let name = bare(given);
    const chain: Answer[] = [];
    for (let links = 0; links < longestChain; links += 1) {
      const found = kept(name, type) ?? (await walk(name, type));
      const alias = found.answers.findLast((one) => one.type === 'CNAME');
      const isWhole = found.answers.some((one) => one.type === type) || !alias || type === 'CNAME';
      if (isWhole) return { ...found, answers: [...chain, ...found.answers] };
      chain.push(...found.answers);
      name = bare(String((alias as { data: unknown }).data));
    }
    return failed;
  }

  async function addresses(name: string): Promise<string[]> {
    const { answers } = await resolve(name, 'A');
    return answers.flatMap((one) => (one.type === 'A' ? [one.data] : []));
  }

  return { resolve, addresses };
}

const bare = (name: string) => name.toLowerCase().replace(/\.$/, '');
const ttlOf = (record: Answer): number => ('ttl' in record ? (record.ttl ?? 0) : 0);

/** RFC 2308, 5; without an SOA nothing is kept. */
function negativeTtl(authorities: readonly Answer[]): number {
  const soa = authorities.find((one) => one.type === 'SOA');
  return soa?.type === 'SOA' ? Math.min(ttlOf(soa), soa.data.minimum ?? 0) : 0;
}

/** `a.b.zone` in `zone`: `b.zone`, `a.b.zone`; the zone itself for its own name. */
function ancestorsWithin(name: string, zone: string): string[] {
  if (name === zone) return [name];
  const labels = name.slice(0, -zone.length - 1).split('.');
  return labels.map((_, at) => `${labels.slice(labels.length - 1 - at).join('.')}.${zone}`);
}

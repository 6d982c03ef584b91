/**
 * How catalyst reaches the public names of a Sovereign, on 80 and 443: by what the servers of the parent zone and of the Sovereign say now,
 * never by a cache. Until all of the parent's servers refer to the Sovereign's, and these answer, names are dialed at the load balancer, and no
 * resolver is asked: it would keep for the parent's negative TTL that they do not exist, and Let's Encrypt and cert-manager ask the same ones.
 * A delegation that a destroyed cluster has left behind counts as none.
 */
import { isIPv6 } from 'node:net';
import type { LoadBalancerAddresses } from '../../kubernetes/load-balancer-addresses.js';
import { bareName } from '../../sovereign/spec/protected-names.js';
import { command } from '../../support/commands/command.js';
import type { OwnNames } from '../../tools/dialer/own-names.js';
import type { DnsAnswer, DnsQuery, DnsQuestion } from '../../tools/dns/dns.js';

export interface SovereignNamesOptions {
  fqdn: string;
  /** Of the parent zone. */
  parentServers: readonly string[];
  dns: DnsQuery;
  /** Public addresses of the nodes, where the Sovereign's name servers are. */
  nodes(): Promise<readonly string[]>;
  /** Undefined while the cluster has no record of it. */
  loadBalancer(): Promise<LoadBalancerAddresses | undefined>;
}

const timeoutMs = 5000;

export function sovereignNames(options: SovereignNamesOptions): OwnNames {
  const { fqdn, parentServers, dns, nodes, loadBalancer } = options;
  const isOwn = (name: string) => name.endsWith(`.${fqdn}`);
  const ask = (question: Pick<DnsQuestion, 'server' | 'name' | 'type'>) =>
    dns({ ...question, transport: 'udp', timeoutMs }).catch(() => undefined);
  let servers: readonly string[] = [];
  let balancer: string[] | undefined;
  let dialedBalancer = false;

  /** Addresses of the Sovereign's name servers; none while it is not delegated; undefined when no server of the parent answers. */
  async function delegatedTo(): Promise<readonly string[] | undefined> {
    if (servers.length > 0) return servers;
    const answers = await Promise.all(parentServers.map((server) => ask({ server, name: fqdn, type: 'NS' })));
    const glue = answers.flatMap((answer) => (answer ? [glueOf(answer, isOwn)] : []));
    if (glue.length === 0) return undefined;
    const known = await nodes().catch(() => undefined);
    const isCurrent = (addresses: string[]) =>
      addresses.length > 0 && addresses.every((address) => known?.includes(address) ?? true);
    if (glue.every(isCurrent)) servers = [...new Set(glue.flat())];
    return servers;
  }

  /** What the Sovereign's own servers answer, the first that has authority; undefined when none does. */
  async function atOwnServers(at: readonly string[], name: string): Promise<string[] | undefined> {
    const answered = async (server: string): Promise<string[]> => {
      const answers = await Promise.all((['A', 'AAAA'] as const).map((type) => ask({ server, name, type })));
      if (!answers.some((answer) => answer?.authoritative)) throw new Error(`${server} has no answer`);
      return answers.flatMap((answer) =>
        (answer?.answers ?? []).filter(({ type }) => type === 'A' || type === 'AAAA').map(({ data }) => String(data)),
      );
    };
    return Promise.any(at.map(answered)).catch(() => undefined);
  }

  async function atBalancer(host: string): Promise<string[]> {
    dialedBalancer = true;
    if (balancer) return balancer;
    const known = await loadBalancer().catch(() => undefined);
    if (!known) {
      const why = `${host} is not in public DNS yet, and the cluster has no record of its load balancer`;
      throw Object.assign(new Error(`${why} (${command('ticket run', 'cluster')})`), { code: 'ENOTFOUND' });
    }
    balancer = [known.ipv4, ...(known.ipv6 ? [known.ipv6] : [])];
    return balancer;
  }

  return {
    covers: (host, port) => (port === 443 || port === 80) && (host === fqdn || isOwn(host)),
    async addresses(host, resolve) {
      const at = await delegatedTo();
      dialedBalancer = false;
      // the mother may be gone: what visitors have then is what their resolvers kept
      if (at === undefined) return resolve();
      const found = await atOwnServers(at, host);
      if (found === undefined) return atBalancer(host);
      if (found.length > 0) return found;
      throw Object.assign(new Error(`${at.join(', ')} have no address of ${host}`), { code: 'ENOTFOUND' });
    },
    told() {
      const address = dialedBalancer ? balancer?.[0] : undefined;
      if (address === undefined) return '';
      return ` (dialed at the load balancer, ${isIPv6(address) ? `[${address}]` : address}, as public DNS does not lead to ${fqdn} yet)`;
    },
  };
}

/** Addresses of the name servers that an answer of the parent refers to, when these are the Sovereign's own. Pure. */
function glueOf(
  { answers, authorities, additionals, authoritative }: DnsAnswer,
  isOwn: (name: string) => boolean,
): string[] {
  if (authoritative) return [];
  const named = [...authorities, ...answers]
    .filter(({ type }) => type === 'NS')
    .map(({ data }) => bareName(String(data)));
  if (named.length === 0 || !named.every(isOwn)) return [];
  return additionals
    .filter(({ name, type }) => type === 'A' && named.includes(bareName(name)))
    .map(({ data }) => String(data));
}

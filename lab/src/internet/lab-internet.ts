/** The internet of one lab, put together: the mother, vendors and the Hetzner project, its DNS from the registries down, and a proxy to it. */
import type { Clock } from 'catalyst/support/clock.js';
import type { HetznerLab } from '../hetzner/lab-hetzner.js';
import type { Faults } from '../requests/faults.js';
import type { RequestLog } from '../requests/request-log.js';
import { type DnsServer, startDns } from '../servers/dns.js';
import { relay } from '../servers/dns-relay.js';
import { startResolver } from '../servers/resolver.js';
import { createZones, type RRset, type Zones } from '../servers/zones.js';
import { forwardTo } from './forward.js';
import { hetznerHosts, type Listens } from './hetzner-hosts.js';
import { callerAddresses, createInternet, type Hosts, type Internet, openHost, sentFrom } from './internet.js';
import { createRecursive, type Recursive } from './recursive.js';
import { openSocksProxy, type SocksProxy } from './socks-proxy.js';
import { createTargets, type Targets } from './targets.js';
import { publicResolvers, vendorNameServer } from './vendors.js';

/** A service of somebody in the world: its names, its addresses, and the loopback port behind its port 443. */
export interface Vendor {
  names: readonly string[];
  ipv4: string;
  ipv6?: string;
  https(family: 'ipv4' | 'ipv6'): number;
}

export interface LabInternet extends Internet {
  /** For programs of the lab that resolve names as the world does. */
  recursive: Recursive;
  /** The resolver that catalyst asks. */
  resolver: DnsServer;
  /** The way to public addresses for programs on this machine. */
  proxy: SocksProxy;
  targets: Targets;
  close(): Promise<void>;
}

export interface LabInternetOptions {
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  signal: AbortSignal;
  vendors: readonly Vendor[];
  mother: { address: string; zones: () => Zones; ports: Readonly<Record<string, () => number>> };
}

/** Hetzner's addresses answer once `attach` has told of its project. */
export async function openLabInternet(
  options: LabInternetOptions,
): Promise<LabInternet & { attach(hetzner: Pick<HetznerLab, 'project'>, listens: Listens): void }> {
  const { log, faults, clock, signal, vendors, mother } = options;
  const tools = { log, faults };
  const zones = vendorZones(vendors, () => clock.now());
  const vendorDns = await startDns({ ...tools, name: 'dns-vendors', zones: () => zones });
  const hosts: Hosts[] = [
    openHost([mother.address], mother.ports),
    openHost([vendorNameServer], { '53/udp': () => vendorDns.port, '53/tcp': () => vendorDns.port }),
    ...vendors.flatMap(({ ipv4, ipv6, https }) => [
      openHost([ipv4], { '443/tcp': () => https('ipv4') }),
      ...(ipv6 ? [openHost([ipv6], { '443/tcp': () => https('ipv6') })] : []),
    ]),
  ];
  const internet = createInternet(hosts);
  const recursiveOf = () =>
    createRecursive({
      internet,
      clock,
      registered: (name) =>
        registeredIn(zones, name, vendorNameServer) ?? registeredIn(mother.zones(), name, mother.address),
    });
  const resolver = await startResolver({ ...tools, name: 'dns-resolver', recursive: recursiveOf() });
  hosts.push(openHost(publicResolvers, { '53/udp': () => resolver.port, '53/tcp': () => resolver.port }));
  const send = (to: string, port: number, protocol: 'tcp' | 'udp') =>
    internet.arrive({ from: sentFrom(callerAddresses, to), to, port, protocol });
  const recursive = recursiveOf();
  const proxy = await openSocksProxy({
    async connect(host, port) {
      const [address] = /[a-z]/i.test(host) && !host.includes(':') ? await recursive.addresses(host) : [host];
      const arrival = address === undefined ? 'refused' : send(address, port, 'tcp');
      return typeof arrival === 'number' ? forwardTo({ port: arrival }) : arrival === 'dropped' ? arrival : undefined;
    },
    async datagram(host, port, data) {
      const arrival = send(host, port, 'udp');
      return typeof arrival === 'number' ? relay(data, { port: arrival, transport: 'udp' }) : undefined;
    },
  });
  let targets: Targets | undefined;
  return {
    ...internet,
    recursive,
    resolver,
    proxy,
    get targets() {
      return targets!;
    },
    attach({ project }, listens) {
      targets = createTargets({ project, listens, clock });
      hosts.push(hetznerHosts(project, listens, targets));
      void keepChecking(targets, clock, signal);
    },
    close: async () => void (await Promise.all([resolver.close(), proxy.close(), vendorDns.close()])),
  };
}

async function keepChecking(targets: Targets, clock: Clock, signal: AbortSignal): Promise<void> {
  while (
    await clock.sleep(100, signal).then(
      () => true,
      () => false,
    )
  )
    targets.check();
}

/** The zone at or above the name that is not below another one here: what the registry of its top level refers to. */
function registeredIn(zones: Zones, name: string, server: string) {
  const above = zones
    .all()
    .map((zone) => zone.name.replace(/\.$/, ''))
    .filter((zone) => name === zone || name.endsWith(`.${zone}`))
    .sort((one, other) => one.length - other.length);
  return above[0] === undefined ? undefined : { zone: above[0], servers: [server] };
}

function vendorZones(vendors: readonly Vendor[], now: () => Date): Zones {
  const zones = createZones(now);
  const rr = (name: string, type: string, ...contents: string[]): RRset => ({
    name: `${name}.`,
    type,
    ttl: 300,
    contents,
  });
  const records = vendors.flatMap(({ names, ipv4, ipv6 }) =>
    names.flatMap((name) => [rr(name, 'A', ipv4), ...(ipv6 ? [rr(name, 'AAAA', ipv6)] : [])]),
  );
  const domains = new Set(records.map(({ name }) => name.split('.').slice(-3, -1).join('.')));
  for (const domain of domains) {
    const own = records.filter(({ name }) => name === `${domain}.` || name.endsWith(`.${domain}.`));
    zones.put(domain, [rr(domain, 'NS', `ns.${domain}.`), rr(`ns.${domain}`, 'A', vendorNameServer), ...own]);
  }
  return zones;
}

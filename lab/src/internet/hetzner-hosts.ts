/**
 * The public addresses of the lab's Hetzner project: a server's, behind its firewalls, and a load balancer's, which passes on what
 * one of its services takes to a target that its health checks have found healthy.
 */
import type { LoadBalancer, Server } from 'catalyst/hetzner/api/types.js';
import type { Project } from '../hetzner/project.js';
import { admits } from './firewall.js';
import type { Arrival, Hosts, Packet } from './internet.js';
import type { At } from './listening.js';
import { addressesEqual, isWithin } from './networks.js';
import type { Targets } from './targets.js';

/** What listens on a server, whoever asks: a loopback port, nobody, or silence when it is off. */
export type Listens = (server: Server, at: At) => Arrival;

export function hetznerHosts(project: Project, listens: Listens, targets: Targets): Hosts {
  const turns = new Map<string, number>();

  function balanced(lb: LoadBalancer, { port, protocol }: Packet): Arrival {
    const service = lb.services.find(({ listen_port }) => listen_port === port);
    if (!service || protocol !== 'tcp') return 'refused';
    const healthy = targets.healthy(lb, service);
    if (healthy.length === 0) return 'refused';
    const key = `${lb.id}/${port}`;
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return targets.reach(lb, healthy[turn % healthy.length]!, service.destination_port, service.proxyprotocol);
  }

  return (packet) => {
    const server = [...project.items.server.values()].find((one) => hasAddress(one, packet.to));
    if (server) {
      if (!admits(project, server, packet)) return 'dropped';
      return listens(server, { ...packet, family: packet.to.includes(':') ? 6 : 4 });
    }
    const lb = [...project.items.load_balancer.values()].find(
      ({ public_net: { enabled, ipv4, ipv6 } }) =>
        enabled && [ipv4.ip, ipv6.ip].some((ip) => ip && addressesEqual(ip, packet.to)),
    );
    return lb && balanced(lb, packet);
  };
}

/** An IPv6 network is the server's as a whole, and the machine has its first address. */
function hasAddress({ public_net: { ipv4, ipv6 } }: Server, address: string): boolean {
  if (ipv4?.ip === address) return true;
  return Boolean(ipv6?.ip) && isWithin(address, `${ipv6!.ip.replace('/64', '1')}/128`);
}

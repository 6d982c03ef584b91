/**
 * Hetzner's firewalls as they act: what is applied to a server, by itself or by label, decides what comes in from the public
 * network. Without a firewall everything does; with one only what a rule admits, and the rest is dropped without a word. The
 * private network is not filtered (Hetzner Cloud API 1.0, FirewallRule; docs.hetzner.com/cloud/firewalls/faq, "Can Firewalls
 * secure traffic to my private Hetzner Cloud Networks?").
 */
import type { Firewall, FirewallRule, Server } from 'catalyst/hetzner/api/types.js';
import type { Project } from '../hetzner/project.js';
import { labelSelector } from '../hetzner/selector.js';
import type { Packet } from './internet.js';
import { isWithin } from './networks.js';

/** Whether the packet gets to the server. */
export function admits(project: Pick<Project, 'items'>, server: Server, packet: Packet): boolean {
  const applied = [...project.items.firewall.values()].filter((firewall) => isApplied(firewall, server));
  return applied.length === 0 || applied.some(({ rules }) => rules.some((rule) => lets(rule, packet)));
}

function isApplied({ applied_to }: Firewall, server: Server): boolean {
  return applied_to.some(({ type, server: named, label_selector }) =>
    type === 'server' ? named?.id === server.id : labelSelector(label_selector?.selector ?? '')(server.labels),
  );
}

function lets({ direction, protocol, port, source_ips }: FirewallRule, packet: Packet): boolean {
  return (
    direction === 'in' &&
    protocol === packet.protocol &&
    holds(port ?? 'any', packet.port) &&
    source_ips.some((cidr) => isWithin(packet.from, cidr))
  );
}

/** `80`, `1024-5000` or `any`. */
function holds(ports: string, port: number): boolean {
  if (ports === 'any') return true;
  const [first, last = first] = ports.split('-').map(Number);
  return port >= first! && port <= last!;
}

/** Networks and the addresses in their subnets. */
import type { Network, Server, Subnet } from 'catalyst/hetzner/api/types.js';
import { invalid, refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, type Project } from '../project.js';
import { type Body, changeProtection, type Kind, noContent } from './kind.js';

const cidr = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

function number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

function subnet(network: { ip_range: string }, body: Body): Subnet {
  const range = String(body['ip_range'] ?? network.ip_range);
  if (!cidr.test(range)) invalid('subnets', `${range} is not a network`);
  const gateway = dotted(number(network.ip_range.split('/')[0]!) + 1);
  return { type: body['type'] ?? 'cloud', ip_range: range, network_zone: body['network_zone'], gateway };
}

/** The first free address of the first subnet; the first one of the whole network is the gateway's. */
function freeAddress(network: Network, used: ReadonlySet<string>): string {
  const [base, bits] = network.subnets[0]!.ip_range!.split('/') as [string, string];
  const size = 2 ** (32 - Number(bits));
  for (let host = 2; host < size - 1; host++) {
    const address = dotted(number(base) + host);
    if (!used.has(address)) return address;
  }
  return refuse(422, 'no_subnet_available', 'no free address in the subnets of this network');
}

/**
 * The address that a server or load balancer gets in a network: the one that was asked for, or the first free one. Which codes it is
 * refused with: POST /servers/{id}/actions/attach_to_network and its twin for load balancers in Hetzner's API description (July 2026);
 * that the lowest and the highest address of a subnet and the network's gateway are nobody's: docs.hetzner.com/cloud/networks/faq (2024-12-11).
 */
export function giveAddress(project: Project, network: Network, wanted?: string): string {
  if (network.subnets.length === 0) refuse(422, 'no_subnet_available', 'network has no subnet');
  const used = usedAddresses(project, network);
  if (wanted === undefined) return freeAddress(network, used);
  const inside = network.subnets.some(({ ip_range, gateway }) => {
    const [base = '', bits] = (ip_range ?? '').split('/');
    const size = 2 ** (32 - Number(bits));
    const host = number(wanted) - number(base);
    return host > 0 && host < size - 1 && wanted !== gateway;
  });
  if (!inside || used.has(wanted)) refuse(422, 'ip_not_available', `IP ${wanted} is not available`);
  return wanted;
}

/** Addresses given out in a network. */
function usedAddresses(project: Project, network: Network): Set<string> {
  const holders = [...project.items.server.values(), ...project.items.load_balancer.values()];
  return new Set(
    holders.flatMap((one) => one.private_net.filter((net) => net.network === network.id).map(({ ip }) => ip ?? '')),
  );
}

export function attachServer(project: Project, network: Network, server: Server, wanted?: string): void {
  const ip = giveAddress(project, network, wanted);
  network.servers.push(server.id);
  server.private_net.push({
    network: network.id,
    ip,
    alias_ips: [],
    mac_address: `86:00:00:${server.id.toString(16).slice(-2)}:00:01`,
  });
}

export function detachServer(network: Network, id: number): void {
  network.servers = network.servers.filter((one) => one !== id);
}

function create(project: Project, body: Body) {
  assertUniqueName(project, 'network', body['name']);
  if (!cidr.test(String(body['ip_range']))) invalid('ip_range', 'must be a network in CIDR form');
  const network: Network = {
    id: project.newId(),
    name: body['name'],
    ip_range: body['ip_range'],
    subnets: ((body['subnets'] ?? []) as Body[]).map((one) => subnet(body as { ip_range: string }, one)),
    routes: body['routes'] ?? [],
    servers: [],
    load_balancers: [],
    protection: { delete: false },
    labels: body['labels'] ?? {},
    created: project.now(),
    expose_routes_to_vswitch: false,
  };
  project.items.network.set(network.id, network);
  return { network };
}

function remove(project: Project, network: Network) {
  assertDeletable(project, 'network', network.id);
  const leaving = network.servers.some((id) => project.items.server.get(id)?.status === 'deleting');
  if (leaving) refuse(409, 'conflict', 'another change of this network is running');
  for (const server of project.items.server.values()) {
    server.private_net = server.private_net.filter((net) => net.network !== network.id);
  }
  for (const lb of project.items.load_balancer.values()) {
    lb.private_net = lb.private_net.filter((net) => net.network !== network.id);
  }
  project.items.network.delete(network.id);
  return noContent;
}

export const networks: Kind<'network'> = {
  type: 'network',
  create,
  remove,
  updatable: ['name', 'labels', 'expose_routes_to_vswitch'],
  actions: { change_protection: changeProtection('network') },
};

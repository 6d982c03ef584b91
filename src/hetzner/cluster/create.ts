/** Builds the cluster at Hetzner, each part once, in an order in which every part finds what it needs. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { settleAll } from '../../support/settle-all.js';
import { waitUntil } from '../../support/wait.js';
import { hetznerCode } from '../api/errors.js';
import type { LoadBalancer, Server } from '../api/types.js';
import { markerRole } from '../marker.js';
import { mutationOf } from '../mutation.js';
import { checkCapacity } from './capacity.js';
import { cloudInit } from './cloud-init.js';
import { type EnsureTools, ensure, findOurs } from './ensure.js';
import { k3sInstaller } from './k3s-installer.js';
import { clusterParts, firewallRules, image, labelsOf, ruleBodies, type ServerPart, services } from './parts.js';

export interface ClusterSecrets {
  /** Public half of the key catalyst logs in with. */
  sshPublicKey: string;
  hostKey: { privateKey: string; publicKey: string };
  joinToken: string;
}

export interface BuiltCluster {
  servers: Server[];
  loadBalancer: LoadBalancer;
  loadBalancerAddress: string;
  firewallId: number;
}

export interface CreateTools extends EnsureTools {
  onWaiting?: (reason: string, deadline?: Date) => void;
}

export async function createCluster(
  tools: CreateTools,
  sovereign: Sovereign,
  secrets: ClusterSecrets,
): Promise<BuiltCluster> {
  const { api, fqdn } = tools;
  const { hetzner } = sovereign.spec;
  const capacity = await checkCapacity(api, hetzner);
  const parts = clusterParts(sovereign);
  const labels = (operation: string, role?: ServerPart['role'] | typeof markerRole) => labelsOf(fqdn, operation, role);

  // A name that something else has is refused before the first thing is made.
  await settleAll(parts.all.map(({ type, name }) => findOurs(api, fqdn, type, name)));
  await ensure(tools, { ...parts.marker, type: 'placement_group' }, (operation) => ({
    type: 'spread',
    labels: labels(operation, markerRole),
  }));
  const [sshKey, network, firewall, group] = await settleAll([
    ensure(tools, { ...parts.sshKey, type: 'ssh_key' }, (operation) => ({
      public_key: secrets.sshPublicKey,
      labels: labels(operation),
    })),
    ensure(tools, { ...parts.network, type: 'network' }, (operation) => ({
      ip_range: hetzner.network.cidr,
      subnets: [{ type: 'cloud', ip_range: hetzner.network.subnet, network_zone: capacity.networkZone }],
      labels: labels(operation),
    })),
    ensure(tools, { ...parts.firewall, type: 'firewall' }, (operation) => ({
      rules: ruleBodies(firewallRules()),
      labels: labels(operation),
    })),
    ensure(tools, { ...parts.placementGroup, type: 'placement_group' }, (operation) => ({
      type: 'spread',
      labels: labels(operation),
    })),
  ]);
  const loadBalancer = await ensure(tools, { ...parts.loadBalancer, type: 'load_balancer' }, (operation) => ({
    load_balancer_type: 'lb11',
    location: hetzner.location,
    algorithm: { type: 'round_robin' },
    network: network.id,
    services,
    labels: labels(operation),
  }));
  const loadBalancerAddress = loadBalancer.public_net.ipv4.ip ?? '';

  const boot = async (part: ServerPart, joinAddress?: string) => {
    const made = await ensure(tools, { ...part, type: 'server' }, (operation) => ({
      server_type: part.serverType,
      image,
      location: hetzner.location,
      ssh_keys: [sshKey.name],
      networks: [network.id],
      firewalls: [{ firewall: firewall.id }],
      // Spread groups take ten servers; what comes after the tenth stands where there is room.
      ...(parts.servers.indexOf(part) < 10 ? { placement_group: group.id } : {}),
      public_net: { enable_ipv4: true, enable_ipv6: true },
      start_after_create: true,
      user_data: cloudInit({
        installer: k3sInstaller,
        role: part.role,
        fqdn,
        k3sVersion: hetzner.k3sVersion,
        token: secrets.joinToken,
        joinAddress,
        tlsSans: [fqdn, `api.${fqdn}`, loadBalancerAddress],
        hostKey: secrets.hostKey,
        authorizedKeys: [secrets.sshPublicKey, ...(hetzner.sshPublicKey ? [hetzner.sshPublicKey] : [])],
      }),
      labels: labels(operation, part.role),
    }));
    return running(tools, made, network.id);
  };
  const [firstPart, ...others] = parts.servers as [ServerPart, ...ServerPart[]];
  const first = await boot(firstPart);
  const joinAddress = first.private_net.find((net) => net.network === network.id)?.ip;
  const servers = [first, ...(await settleAll(others.map((part) => boot(part, joinAddress))))];
  const controlPlanes = servers.slice(0, hetzner.controlPlane.count);
  for (const server of controlPlanes) await addTarget(tools, loadBalancer, server);
  return { servers, loadBalancer, loadBalancerAddress, firewallId: firewall.id };
}

/** The server once it runs and stands in the private network: an adopted one may still be on its way. */
async function running({ api, clock, signal, onWaiting }: CreateTools, made: Server, network: number): Promise<Server> {
  return waitUntil<Server>({
    reason: `server ${made.name} to run`,
    timeoutMs: 300_000,
    clock,
    signal,
    onPending: onWaiting,
    look: async () => {
      const server = await api.get('server', made.id);
      if (!server) return { pending: 'the server is not listed yet' };
      if (server.status !== 'running') return { pending: `server ${made.name} is ${server.status}` };
      const attached = server.private_net.some((net) => net.network === network);
      return attached ? { done: server } : { pending: `server ${made.name} is not in the network yet` };
    },
  });
}

/** The sentence under which a server becomes a target. */
export function targetSentence(server: string, loadBalancer: string): string {
  return `make server ${server} a target of load balancer ${loadBalancer}`;
}

async function addTarget({ api, act }: CreateTools, { id, name }: LoadBalancer, server: Server): Promise<void> {
  const current = await api.get('load_balancer', id);
  if (current?.targets.some((target) => target.server?.id === server.id)) return;
  const sentence = targetSentence(server.name, name);
  await act(mutationOf({ kind: 'load_balancer', name, sentence }), async ({ hetzner }) => {
    try {
      const body = { type: 'server', server: { id: server.id }, use_private_ip: true };
      await api.settle(await (await hetzner()).act('load_balancer', id, 'add_target', body));
    } catch (error) {
      // Repeating is harmless: the target is there, or it is not.
      if (hetznerCode(error) !== 'target_already_defined') throw error;
    }
  });
}

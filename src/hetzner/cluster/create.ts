/** Builds the cluster at Hetzner, each part once, in an order in which every part finds what it needs. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { settleAll } from '../../support/settle-all.js';
import { waitUntil } from '../../support/wait.js';
import { hetznerCode } from '../api/errors.js';
import type { LoadBalancer, Server } from '../api/types.js';
import { markerRole } from '../marker.js';
import { joinAddressOf } from '../names.js';
import { cloudInit } from './boot/cloud-init.js';
import { k3sInstaller } from './boot/k3s-installer.js';
import { type Capacity, checkCapacity } from './capacity/capacity.js';
import { type EnsureTools, ensure, findOwnResource } from './ensure.js';
import { addTarget, attachToNetwork } from './load-balancer.js';
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
  const capacity = await checkCapacity(api, sovereign.spec, tools.clock.now());
  const parts = clusterParts(sovereign, capacity.types);
  const labels = (operation: string, role?: ServerPart['role'] | typeof markerRole) => labelsOf(fqdn, operation, role);

  // A name that something else has is refused before the first thing is made.
  const there = await settleAll(parts.all.map(({ type, name }) => findOwnResource(api, fqdn, type, name)));
  const isThere = ({ name }: ServerPart) => there.some((one) => one?.name === name);
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
    load_balancer_type: capacity.types.loadBalancer,
    location: hetzner.location,
    algorithm: { type: 'round_robin' },
    services,
    labels: labels(operation),
  }));
  const loadBalancerAddress = loadBalancer.public_net.ipv4.ip ?? '';
  const joinAddress = joinAddressOf(hetzner.network);
  await attachToNetwork(tools, loadBalancer, network, joinAddress);

  const boot = async (part: ServerPart, role = part.role) => {
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
        role,
        fqdn,
        k3sVersion: hetzner.k3sVersion,
        token: secrets.joinToken,
        joinAddress,
        tlsSans: [fqdn, `api.${fqdn}`, loadBalancerAddress, joinAddress],
        hostKey: secrets.hostKey,
        authorizedKeys: [secrets.sshPublicKey, ...(hetzner.sshPublicKey ? [hetzner.sshPublicKey] : [])],
      }),
      labels: labels(operation, part.role),
    })).catch((error: unknown) => {
      throw hetznerCode(error) === 'resource_unavailable' ? soldOut(part, sovereign, capacity, error) : error;
    });
    return running(tools, made, network.id);
  };
  const [firstPart, ...others] = parts.servers as [ServerPart, ...ServerPart[]];
  const leads = ({ role }: ServerPart) => role !== 'worker';
  // A lost first control plane joins those that are left: with `cluster-init` it would begin a second cluster under the same name.
  const first = await boot(firstPart, others.some((part) => leads(part) && isThere(part)) ? 'control-plane' : 'first');
  // The others join through the load balancer: it must lead to one that runs before they boot.
  await addTarget(tools, loadBalancer, first);
  const further = await settleAll(others.map((part) => boot(part)));
  for (const [index, server] of further.entries()) {
    if (leads(others[index] as ServerPart)) await addTarget(tools, loadBalancer, server);
  }
  const servers = [first, ...further];
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

/** Between plan and order. What is made stays; a role that the spec gives no type goes on with the next that fits. */
function soldOut({ name, role, serverType }: ServerPart, { spec }: Sovereign, capacity: Capacity, cause: unknown) {
  const [field, others, named] =
    role === 'worker'
      ? ['spec.hetzner.workers.type', capacity.others.worker, spec.hetzner.workers.type]
      : ['spec.hetzner.controlPlane.type', capacity.others.controlPlane, spec.hetzner.controlPlane.type];
  const sold = `Hetzner has just sold out of ${serverType} in ${capacity.location}: server ${name} was not created.`;
  const [next] = others;
  return fail('E2002', `${sold} ${next ? `The cheapest type that fits is now ${next}.` : 'Nothing else there fits.'}`, {
    actions: [
      ...(named === undefined ? [] : [`set ${field} to ${next ?? 'another type'}, or leave it out`]),
      command('resume'),
      `${command('cluster plan')} shows what is in stock`,
    ],
    data: { code: 'resource_unavailable' },
    cause,
  });
}

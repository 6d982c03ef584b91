/** Servers: creation in stages, deletion with its cascade. */
import type { Server } from 'catalyst/hetzner/api/types.js';
import { worldMs } from '../../internet/pace.js';
import { locations, serverTypes } from '../catalog.js';
import { invalid, refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, isRetired, type Project } from '../project.js';
import { createAddress } from './addresses.js';
import { type Body, changeProtection, type Kind } from './kind.js';
import { attachServer, detachServer } from './networks.js';

function ordered(project: Project, body: Body) {
  const type = serverTypes.find(({ name, id }) => name === body['server_type'] || id === Number(body['server_type']));
  if (!type) return invalid('server_type', `server type ${body['server_type']} not found`);
  const location = locations.find(({ name }) => name === (body['location'] ?? 'fsn1'));
  if (!location) return invalid('location', `location ${body['location']} not found`);
  const offer = type.locations.find(({ name }) => name === location.name);
  if (!offer || isRetired(project, offer.deprecation))
    return invalid('server_type', `unsupported location for server type`);
  if (!offer.available)
    return refuse(412, 'resource_unavailable', `server type ${type.name} is out of stock in ${location.name}`);
  return { type, location };
}

function create(project: Project, body: Body) {
  const { items } = project;
  assertUniqueName(project, 'server', body['name']);
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(body['name'])) invalid('name', 'must be a valid hostname');
  const { type, location } = ordered(project, body);
  const image = [...items.image.values()].find(
    (one) => (one.name === body['image'] && one.architecture === type.architecture) || one.id === Number(body['image']),
  );
  if (!image) invalid('image', `image ${body['image']} not found`);
  const userData = String(body['user_data'] ?? '');
  if (Buffer.byteLength(userData) > 32_768) invalid('user_data', 'must not exceed 32KiB');
  const keys = (body['ssh_keys'] ?? []) as (string | number)[];
  for (const key of keys) {
    const known = [...items.ssh_key.values()].some(({ id, name }) => name === key || id === Number(key));
    if (!known) invalid('ssh_keys', `ssh key ${key} not found`);
  }
  const networks = ((body['networks'] ?? []) as number[]).map((id) => project.find('network', id));
  for (const network of networks) if (network.subnets.length === 0) invalid('networks', 'network has no subnet');
  const firewalls = ((body['firewalls'] ?? []) as { firewall: number }[]).map(({ firewall }) =>
    project.find('firewall', firewall),
  );
  const group = body['placement_group'] ? project.find('placement_group', Number(body['placement_group'])) : undefined;
  if (items.server.size >= project.options.serverLimit) {
    refuse(403, 'resource_limit_exceeded', 'server limit exceeded', { limits: [{ name: 'server' }] });
  }
  const id = project.newId();
  const net = body['public_net'] ?? {};
  const ipv4 = net.enable_ipv4 === false ? undefined : address(project, 'ipv4', id, net.ipv4, location.name);
  const ipv6 = net.enable_ipv6 === false ? undefined : address(project, 'ipv6', id, net.ipv6, location.name);
  const server: Server = {
    id,
    name: body['name'],
    status: 'initializing',
    created: project.now(),
    public_net: {
      ipv4: ipv4 ? { id: ipv4.id, ip: ipv4.ip, blocked: false, dns_ptr: ipv4.dns_ptr[0]?.dns_ptr ?? '' } : null,
      ipv6: ipv6 ? { id: ipv6.id, ip: ipv6.ip, blocked: false, dns_ptr: [] } : null,
      floating_ips: [],
      firewalls: firewalls.map((firewall) => ({ id: firewall.id, status: 'applied' })),
    },
    private_net: [],
    server_type: type,
    location,
    image: image ?? null,
    iso: null,
    rescue_enabled: false,
    locked: false,
    backup_window: null,
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: 21990232555520,
    protection: { delete: false, rebuild: false },
    labels: body['labels'] ?? {},
    volumes: [],
    load_balancers: [],
    primary_disk_size: type.disk,
    placement_group: group ?? null,
  };
  items.server.set(id, server);
  project.userData.set(id, userData);
  for (const firewall of firewalls) firewall.applied_to.push({ type: 'server', server: { id } });
  if (group) group.servers.push(id);
  for (const volume of (body['volumes'] ?? []) as number[]) {
    project.find('volume', volume).server = id;
    server.volumes!.push(volume);
  }
  const itself = { id, type: 'server' };
  const attached = networks.map((network) => {
    attachServer(project, network, server);
    return project.begin('attach_to_network', [itself, { id: network.id, type: 'network' }]);
  });
  const start =
    body['start_after_create'] === false
      ? []
      : [project.begin('start_server', [itself], () => running(project, server))];
  const action = project.begin('create_server', [itself], () => {
    if (server.status === 'initializing') server.status = 'off';
  });
  return {
    server,
    action,
    next_actions: [...start, ...attached],
    root_password: keys.length > 0 ? null : 'lab-root-password',
  };
}

function address(
  project: Project,
  type: 'ipv4' | 'ipv6',
  server: number,
  given: number | null | undefined,
  location: string,
) {
  const ip = given
    ? project.find('primary_ip', given)
    : createAddress(project, { type, location, auto_delete: true, name: `primary_ip-${project.newId()}` });
  ip.assignee_id = server;
  ip.assignee_type = 'server';
  return ip;
}

function running(project: Project, server: Server): void {
  if (!project.items.server.has(server.id) || server.status === 'deleting') return;
  server.status = 'running';
  project.options.onServerRunning(server, project.userData.get(server.id) ?? '');
}

function remove(project: Project, server: Server) {
  assertDeletable(project, 'server', server.id);
  if (server.status === 'deleting') refuse(409, 'conflict', 'server is being deleted');
  project.assertUnlocked('server', server.id);
  server.status = 'deleting';
  const action = project.begin('delete_server', [{ id: server.id, type: 'server' }], () => cascade(project, server));
  return { status: 200, body: { action } };
}

function cascade(project: Project, server: Server): void {
  const { items } = project;
  const { id } = server;
  items.server.delete(id);
  project.userData.delete(id);
  for (const volume of items.volume.values()) if (volume.server === id) volume.server = null;
  for (const ip of items.floating_ip.values()) if (ip.server === id) ip.server = null;
  for (const group of items.placement_group.values()) group.servers = group.servers.filter((one) => one !== id);
  for (const network of items.network.values()) detachServer(network, id);
  for (const lb of items.load_balancer.values()) lb.targets = lb.targets.filter((target) => target.server?.id !== id);
  for (const firewall of items.firewall.values()) {
    firewall.applied_to = firewall.applied_to.filter((use) => use.server?.id !== id);
  }
  for (const image of items.image.values())
    if (image.type === 'backup' && image.bound_to === id) items.image.delete(image.id);
  for (const ip of items.primary_ip.values()) {
    if (ip.assignee_id !== id) continue;
    // The address stays assigned for a moment after its server is gone, as field reports say.
    project.begin('delete_primary_ip', [{ id: ip.id, type: 'primary_ip' }], () => {
      if (ip.auto_delete) items.primary_ip.delete(ip.id);
      ip.assignee_id = null;
    });
  }
  project.options.onServerDeleted(server);
}

/** Of a server with k3s, in seconds of the world, until its programs listen again. */
const bootSeconds = 30;

function booting(project: Project, server: Server): void {
  server.status = 'running';
  project.later(worldMs(bootSeconds), () => server.status === 'running' && running(project, server));
}

function off(project: Project, server: Server): void {
  server.status = 'off';
  project.options.onServerStopped?.(server);
}

/** A reboot is silent from its first moment on; Hetzner calls the server `running` all the while. */
function power(command: string, end: (project: Project, server: Server) => void, first?: typeof end) {
  return (project: Project, server: Server) => {
    project.assertUnlocked('server', server.id);
    first?.(project, server);
    return { action: project.begin(command, [{ id: server.id, type: 'server' }], () => end(project, server)) };
  };
}

export const servers: Kind<'server'> = {
  type: 'server',
  create,
  remove,
  updatable: ['name', 'labels'],
  actions: {
    change_protection: changeProtection('server'),
    poweroff: power('stop_server', off),
    poweron: power('start_server', booting),
    reboot: power('reboot_server', booting, (project, server) => project.options.onServerStopped?.(server)),
    // In the stories, somebody else's server takes an address that catalyst wants.
    attach_to_network(project, server, body) {
      const network = project.find('network', Number(body['network']));
      if (server.private_net.some((net) => net.network === network.id)) {
        refuse(422, 'server_already_attached', 'server is already attached to this network');
      }
      attachServer(project, network, server, body['ip']);
      return { action: project.begin('attach_to_network', [{ id: server.id, type: 'server' }]) };
    },
  },
};

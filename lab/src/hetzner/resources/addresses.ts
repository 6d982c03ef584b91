/** Primary and floating IPs: both must be free before they can be deleted. */
import type { FloatingIp, PrimaryIp } from 'catalyst/hetzner/api/types.js';
import { locations } from '../catalog.js';
import { invalid, refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, type Project } from '../project.js';
import { type Body, changeProtection, type Kind, noContent } from './kind.js';

/** Makes a primary IP that is assigned to nothing yet. */
export function createAddress(project: Project, body: Body): PrimaryIp {
  assertUniqueName(project, 'primary_ip', body['name']);
  const location = locations.find(({ name }) => name === (body['location'] ?? 'fsn1'));
  if (!location) return invalid('location', 'location not found');
  const ip = body['type'] === 'ipv6' ? project.newAddress6() : project.newAddress();
  const primary: PrimaryIp = {
    id: project.newId(),
    name: body['name'],
    labels: body['labels'] ?? {},
    created: project.now(),
    blocked: false,
    location,
    ip,
    dns_ptr: body['type'] === 'ipv6' ? [] : [{ ip, dns_ptr: `static.${ip}.clients.your-server.de` }],
    protection: { delete: false },
    type: body['type'],
    auto_delete: body['auto_delete'] ?? false,
    assignee_type: 'server',
    assignee_id: null,
  };
  project.items.primary_ip.set(primary.id, primary);
  return primary;
}

export const primaryIps: Kind<'primary_ip'> = {
  type: 'primary_ip',
  create(project, body) {
    const primary_ip = createAddress(project, body);
    if (!body['assignee_id']) return { primary_ip };
    assignPrimary(project, primary_ip, Number(body['assignee_id']));
    return { primary_ip, action: project.begin('assign_primary_ip', [{ id: primary_ip.id, type: 'primary_ip' }]) };
  },
  remove(project, ip) {
    assertDeletable(project, 'primary_ip', ip.id);
    if (ip.assignee_id !== null) {
      // While the cascade of a deleted server runs, the refusal comes as 409.
      const stillThere = project.items.server.has(ip.assignee_id);
      refuse(stillThere ? 422 : 409, 'must_be_unassigned', 'primary IP must be unassigned first');
    }
    project.items.primary_ip.delete(ip.id);
    return noContent;
  },
  updatable: ['name', 'labels', 'auto_delete'],
  actions: {
    change_protection: changeProtection('primary_ip'),
  },
};

function assignPrimary(project: Project, ip: PrimaryIp, id: number): void {
  const server = project.find('server', id);
  if (server.status !== 'off') refuse(422, 'server_not_stopped', 'server must be off');
  ip.assignee_id = id;
}

export const floatingIps: Kind<'floating_ip'> = {
  type: 'floating_ip',
  create(project, body) {
    const name = body['name'] ?? `floating-ip-${project.newId()}`;
    assertUniqueName(project, 'floating_ip', name);
    const home = locations.find((one) => one.name === body['home_location']);
    const server = body['server'] ? project.find('server', Number(body['server'])) : undefined;
    const location = home ?? server?.location ?? locations[0]!;
    const ip = body['type'] === 'ipv6' ? project.newAddress6() : project.newAddress();
    const floating_ip: FloatingIp = {
      id: project.newId(),
      name,
      description: body['description'] ?? null,
      ip,
      type: body['type'],
      server: server?.id ?? null,
      dns_ptr: [{ ip, dns_ptr: `static.${ip}.clients.your-server.de` }],
      home_location: location,
      blocked: false,
      protection: { delete: false },
      labels: body['labels'] ?? {},
      created: project.now(),
    };
    project.items.floating_ip.set(floating_ip.id, floating_ip);
    server?.public_net.floating_ips.push(floating_ip.id);
    return { floating_ip, action: server ? project.begin('assign_floating_ip', itself(floating_ip)) : null };
  },
  remove(project, ip) {
    assertDeletable(project, 'floating_ip', ip.id);
    if (ip.server !== null) refuse(422, 'must_be_unassigned', 'floating IP must be unassigned first');
    project.items.floating_ip.delete(ip.id);
    return noContent;
  },
  updatable: ['name', 'labels', 'description'],
  actions: {
    change_protection: changeProtection('floating_ip'),
  },
};

const itself = (ip: FloatingIp) => [{ id: ip.id, type: 'floating_ip' }];

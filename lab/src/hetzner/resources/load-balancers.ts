/** Load balancers; how their targets are is found by the checks of `../internet/targets.ts`. */
import type { LoadBalancer, LoadBalancerService, LoadBalancerTarget } from 'catalyst/hetzner/api/types.js';
import { loadBalancerTypes, locations } from '../catalog.js';
import { invalid, refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, isRetired, type Project } from '../project.js';
import { labelSelector } from '../selector.js';
import { type Body, changeProtection, type Kind } from './kind.js';
import { giveAddress } from './networks.js';

function service(body: Body): LoadBalancerService {
  const protocol = body['protocol'] ?? 'tcp';
  const listen = Number(body['listen_port'] ?? (protocol === 'https' ? 443 : 80));
  const destination = Number(body['destination_port'] ?? listen);
  return {
    protocol,
    listen_port: listen,
    destination_port: destination,
    proxyprotocol: body['proxyprotocol'] ?? false,
    health_check: body['health_check'] ?? { protocol: 'tcp', port: destination, interval: 15, timeout: 10, retries: 3 },
    ...(protocol === 'tcp'
      ? {}
      : {
          http: {
            cookie_name: 'HCLBSTICKY',
            cookie_lifetime: 300,
            timeout_idle: 60,
            sticky_sessions: false,
            ...(protocol === 'https' ? { certificates: [], redirect_http: false } : {}),
            ...body['http'],
          },
        }),
  };
}

function target(project: Project, lb: LoadBalancer, body: Body): LoadBalancerTarget {
  if (body['use_private_ip'] && lb.private_net.length === 0) {
    refuse(422, 'load_balancer_not_attached_to_network', 'load balancer is not attached to a network');
  }
  if (body['type'] === 'server') {
    const server = project.find('server', Number(body['server']?.id));
    if (lb.targets.some((one) => one.server?.id === server.id)) {
      refuse(422, 'target_already_defined', 'target is already defined');
    }
    const ip = body['use_private_ip']
      ? server.private_net.find(({ network }) => network === lb.private_net[0]?.network)?.ip
      : server.public_net.ipv4?.ip;
    if (!ip) refuse(422, 'resolve_cloud_private_targets_error', 'target is not in the network of the load balancer');
    return {
      type: 'server',
      server: { id: server.id, ip },
      use_private_ip: body['use_private_ip'] === true,
      health_status: [],
    };
  }
  if (body['type'] === 'label_selector') {
    return {
      type: 'label_selector',
      label_selector: body['label_selector'],
      use_private_ip: body['use_private_ip'] === true,
      targets: [],
    };
  }
  return { type: 'ip', ip: body['ip'], health_status: [] };
}

function attach(project: Project, lb: LoadBalancer, id: number, wanted?: string): void {
  const network = project.find('network', id);
  if (lb.private_net.length > 0) {
    refuse(422, 'load_balancer_already_attached', 'load balancer is already attached to a network');
  }
  const ip = giveAddress(project, network, wanted);
  network.load_balancers = [...(network.load_balancers ?? []), lb.id];
  lb.private_net.push({ network: network.id, ip });
}

function create(project: Project, body: Body) {
  assertUniqueName(project, 'load_balancer', body['name']);
  const type = loadBalancerTypes.find(
    ({ name, id }) => name === body['load_balancer_type'] || id === Number(body['load_balancer_type']),
  );
  if (!type || isRetired(project, type.deprecation))
    return invalid('load_balancer_type', 'load balancer type not found');
  const zone = locations.find(({ network_zone }) => network_zone === body['network_zone']);
  const location = locations.find(({ name }) => name === body['location']) ?? zone;
  if (!location) return invalid('location', 'location or network_zone is required');
  const id = project.newId();
  const ip = project.newAddress();
  const lb: LoadBalancer = {
    id,
    name: body['name'],
    public_net: {
      enabled: body['public_interface'] !== false,
      ipv4: { ip, dns_ptr: `static.${ip}.clients.your-server.de` },
      ipv6: { ip: project.newAddress6().replace('/64', '1'), dns_ptr: null },
    },
    private_net: [],
    location,
    load_balancer_type: type,
    protection: { delete: false },
    labels: body['labels'] ?? {},
    created: project.now(),
    services: ((body['services'] ?? []) as Body[]).map(service),
    targets: [],
    algorithm: body['algorithm'] ?? { type: 'round_robin' },
    outgoing_traffic: 0,
    ingoing_traffic: 0,
    included_traffic: 21990232555520,
  };
  if (body['network']) attach(project, lb, Number(body['network']));
  for (const one of (body['targets'] ?? []) as Body[]) lb.targets.push(target(project, lb, one));
  project.items.load_balancer.set(id, lb);
  return { load_balancer: lb, action: project.begin('create_load_balancer', [{ id, type: 'load_balancer' }]) };
}

function remove(project: Project, lb: LoadBalancer) {
  assertDeletable(project, 'load_balancer', lb.id);
  project.assertUnlocked('load_balancer', lb.id);
  const action = project.begin('delete_load_balancer', [{ id: lb.id, type: 'load_balancer' }], () => {
    project.items.load_balancer.delete(lb.id);
    for (const network of project.items.network.values()) {
      network.load_balancers = (network.load_balancers ?? []).filter((id) => id !== lb.id);
    }
  });
  return { status: 200, body: { action } };
}

function view(project: Project, lb: LoadBalancer): LoadBalancer {
  const runs = (id: number) => (project.items.server.get(id)?.status === 'running' ? 'healthy' : 'unhealthy');
  const health = (id = 0) =>
    lb.services.map(({ listen_port }) => ({
      listen_port,
      status: project.options.health?.(lb.id, listen_port, id) ?? runs(id),
    }));
  const targets = lb.targets.map((one): LoadBalancerTarget => {
    if (one.type === 'server') return { ...one, health_status: health(one.server?.id) };
    if (one.type !== 'label_selector') return one;
    const fits = labelSelector(one.label_selector?.selector ?? '');
    const servers = [...project.items.server.values()].filter(({ labels }) => fits(labels));
    return {
      ...one,
      targets: servers.map((server) => ({
        type: 'server',
        server: { id: server.id, ip: server.private_net[0]?.ip ?? server.public_net.ipv4?.ip ?? '' },
        health_status: health(server.id),
        use_private_ip: one.use_private_ip === true,
      })),
    };
  });
  return { ...lb, targets };
}

const itself = (lb: LoadBalancer) => [{ id: lb.id, type: 'load_balancer' }];

export const loadBalancers: Kind<'load_balancer'> = {
  type: 'load_balancer',
  create,
  remove,
  view,
  updatable: ['name', 'labels'],
  actions: {
    change_protection: changeProtection('load_balancer'),
    add_target(project, lb, body) {
      lb.targets.push(target(project, lb, body));
      return { action: project.begin('add_target', itself(lb)) };
    },
    add_service(project, lb, body) {
      const added = service(body);
      if (lb.services.some(({ listen_port }) => listen_port === added.listen_port)) {
        refuse(422, 'source_port_already_used', 'listen port is already used');
      }
      lb.services.push(added);
      return { action: project.begin('add_service', itself(lb)) };
    },
    attach_to_network(project, lb, body) {
      attach(project, lb, Number(body['network']), body['ip']);
      return { action: project.begin('attach_to_network', itself(lb)) };
    },
  },
};

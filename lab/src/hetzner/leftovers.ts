/**
 * What the lab's project holds at first: the mock-data leftovers of omantel that #370 is about, those of a Sovereign whose
 * name begins with the same letters, and a stranger's servers. Made without actions: they have been there for months.
 */
import type { Labels } from 'catalyst/hetzner/api/types.js';
import type { Project } from './project.js';
import { floatingIps, primaryIps } from './resources/addresses.js';
import { firewalls } from './resources/firewalls.js';
import type { Body, Kind } from './resources/kind.js';
import { loadBalancers } from './resources/load-balancers.js';
import { attachServer, networks } from './resources/networks.js';
import { servers } from './resources/servers.js';
import { certificates, placementGroups, sshKeys, volumes } from './resources/small-things.js';
import { zones } from './resources/zones.js';

type Maker = (kind: unknown, body: Body) => number;

/** Makes resources as the API would and leaves no action behind. */
function makerFor(project: Project, created: string): Maker {
  return (kind, body) => {
    const { type, create } = kind as Kind;
    const answer = create!(project, body) as Record<string, { id: number }>;
    project.actions.clear();
    const { id } = answer[type]!;
    Object.assign(project.items[type].get(id)!, { created });
    return id;
  };
}

/** A cluster as the OpenTofu of April 2026 left it; `extra` adds what hand work and controllers left beside it. */
export function sovereignLeftovers(
  project: Project,
  fqdn: string,
  options: { created?: string; protect?: boolean } = {},
) {
  const make = makerFor(project, options.created ?? '2026-04-29T09:12:00+00:00');
  const slug = fqdn.replaceAll('.', '-');
  const labels: Labels = { 'catalyst.openova.io/sovereign': fqdn };
  const network = make(networks, {
    name: `catalyst-${slug}-net`,
    ip_range: '10.0.0.0/16',
    subnets: [{ type: 'cloud', ip_range: '10.0.1.0/24', network_zone: 'eu-central' }],
    labels,
  });
  const rules = ['80', '443', '6443'].map((port) => ({
    direction: 'in',
    protocol: 'tcp',
    port,
    source_ips: ['0.0.0.0/0', '::/0'],
  }));
  const firewall = make(firewalls, { name: `catalyst-${slug}-fw`, labels, rules });
  const key = make(sshKeys, { name: `catalyst-${slug}`, labels, public_key: leftoverKey(fqdn) });
  const server = (name: string, role: string) => {
    const id = make(servers, {
      name,
      server_type: 'cx43',
      image: 'ubuntu-24.04',
      location: 'fsn1',
      ssh_keys: [key],
      firewalls: [{ firewall }],
      labels: { ...labels, 'catalyst.openova.io/role': role },
      start_after_create: false,
    });
    const made = project.find('server', id);
    made.status = 'running';
    attachServer(project, project.find('network', network), made);
    made.protection = { delete: options.protect === true, rebuild: options.protect === true };
    return id;
  };
  const controlPlane = server(`catalyst-${slug}-cp1`, 'control-plane');
  const worker = server(`catalyst-${slug}-w1`, 'worker');
  const loadBalancer = make(loadBalancers, {
    name: `catalyst-${slug}-lb`,
    load_balancer_type: 'lb11',
    location: 'fsn1',
    network,
    labels,
    services: [
      { protocol: 'tcp', listen_port: 80, destination_port: 31080 },
      { protocol: 'tcp', listen_port: 443, destination_port: 31443 },
    ],
    targets: [{ type: 'server', server: { id: controlPlane }, use_private_ip: true }],
  });
  return { make, labels, network, firewall, key, controlPlane, worker, loadBalancer };
}

/** A valid ed25519 public key that depends on nothing but the name. */
function leftoverKey(fqdn: string): string {
  const type = Buffer.from('ssh-ed25519');
  const length = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const point = Buffer.alloc(32, fqdn);
  return `ssh-ed25519 ${Buffer.concat([length(type), length(point)]).toString('base64')} leftover@${fqdn}`;
}

export function omantelLeftovers(project: Project): void {
  const omantel = sovereignLeftovers(project, 'omantel.omani.works');
  const { make, labels } = omantel;
  const certificate = make(certificates, {
    name: 'omantel-console',
    labels,
    domain_names: ['console.omantel.omani.works'],
  });
  const selector = 'catalyst.openova.io/sovereign==omantel.omani.works';
  project.find('firewall', omantel.firewall).applied_to.push({ type: 'label_selector', label_selector: { selector } });
  // Made by controllers inside the cluster: nothing names the Sovereign but the network and the server they hang on.
  make(loadBalancers, {
    name: 'a81f0c9e2b6d4437-console',
    load_balancer_type: 'lb11',
    location: 'fsn1',
    network: omantel.network,
    labels: { 'hcloud-ccm/service-uid': '81f0c9e2-b6d4-4437-9a1c-6d1f3b2a5e07' },
    services: [{ protocol: 'https', listen_port: 443, destination_port: 31443, http: { certificates: [certificate] } }],
  });
  make(volumes, {
    name: 'pvc-5b6f2d0c-7a1e-4c39-9d55-0f2f6c0e9a11',
    size: 10,
    server: omantel.worker,
    labels: { 'managed-by': 'csi-driver', 'pvc-name': 'data-gitea-0', 'pvc-namespace': 'gitea' },
  });
  make(volumes, { name: 'omantel-scratch', size: 20, location: 'fsn1', labels });
  make(floatingIps, { name: 'omantel-old-console', type: 'ipv4', home_location: 'fsn1', labels });
  make(primaryIps, { name: 'omantel-reserved', type: 'ipv4', location: 'fsn1', labels });
  make(placementGroups, { name: 'catalyst-omantel-omani-works', type: 'spread' });

  const sister = sovereignLeftovers(project, 'omantel.omani.works.dev', {
    created: '2026-11-02T07:40:00+00:00',
    protect: true,
  });
  sister.make(zones, {
    name: 'omani.works.dev',
    mode: 'primary',
    rrsets: [{ name: 'omantel', type: 'A', records: [{ value: '203.0.113.9' }] }],
  });

  // Somebody's unrelated things; the volume looks like a leftover and is none.
  const database = make(servers, {
    name: 'orders-db',
    server_type: 'ccx23',
    image: 'debian-13',
    location: 'nbg1',
    start_after_create: false,
  });
  project.find('server', database).status = 'running';
  make(volumes, { name: 'orders-db-data', size: 100, server: database, labels: { team: 'orders' } });
  make(volumes, { name: 'catalyst-omantel-omani-works-backup', size: 50, location: 'fsn1' });
  make(volumes, {
    name: 'pvc-9d0b7c52-3f4e-4a8a-8a0f-55d3b1a0c3de',
    size: 10,
    server: sister.worker,
    labels: { 'managed-by': 'csi-driver', 'pvc-name': 'data-postgres-0', 'pvc-namespace': 'shop' },
  });
  make(networks, { name: 'office', ip_range: '10.99.0.0/16' });
}

/** Another project: whoever deletes or creates here took the wrong token. */
export function addForeignResources(project: Project): void {
  const make = makerFor(project, '2026-02-11T16:30:00+00:00');
  const web = make(servers, {
    name: 'shop-web',
    server_type: 'cx23',
    image: 'debian-13',
    location: 'hel1',
    start_after_create: false,
  });
  project.find('server', web).status = 'running';
  make(volumes, { name: 'shop-uploads', size: 40, server: web });
}

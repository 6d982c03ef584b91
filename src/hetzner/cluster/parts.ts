/** What a cluster consists of, as data: names, sentences and the bodies that create it. Pure. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { FirewallRule, ResourceType } from '../api/types.js';
import type { markerRole } from '../marker.js';
import { clusterNames, operationLabel, roleLabel, sovereignLabel } from '../names.js';

export interface Part {
  type: ResourceType;
  name: string;
  /** Imperative and complete, for plan, journal and screen. */
  sentence: string;
}

export interface ServerPart extends Part {
  role: 'first' | 'control-plane' | 'worker';
  /** Undefined where nothing is ordered. */
  serverType?: string;
}

/** What Hetzner calls the things that are ordered. */
export interface ChosenTypes {
  controlPlane: string;
  worker?: string;
  loadBalancer: string;
}

export interface ClusterParts {
  /** Of the project; before everything that is paid for. */
  marker: Part;
  sshKey: Part;
  network: Part;
  firewall: Part;
  placementGroup: Part;
  loadBalancer: Part;
  servers: ServerPart[];
  /** All in the order of creation. */
  all: Part[];
}

export const image = 'ubuntu-24.04';

/**
 * Traefik's NodePorts answer on nodes with a Ready Pod of it alone (`externalTrafficPolicy: Local`), so that the check of a port is the check
 * of what serves it. Visitors' addresses reach Traefik by the PROXY protocol; the API server does not speak it.
 */
export const services = [
  { protocol: 'tcp', listen_port: 80, destination_port: 31080, proxyprotocol: true },
  { protocol: 'tcp', listen_port: 443, destination_port: 31443, proxyprotocol: true },
  { protocol: 'tcp', listen_port: 6443, destination_port: 6443, proxyprotocol: false },
].map((service) => ({
  ...service,
  // a node that is rebooted gets no visitor after 15 seconds
  health_check: { protocol: 'tcp', port: service.destination_port, interval: 5, timeout: 3, retries: 3 },
}));

/** @param types of what is ordered (capacity.ts); left out where only names are of interest */
export function clusterParts({ spec }: Sovereign, types?: ChosenTypes): ClusterParts {
  const { hetzner, fqdn } = spec;
  const names = clusterNames(fqdn);
  const part = (type: ResourceType, name: string, what: string): Part => ({
    type,
    name,
    sentence: `create ${type.replaceAll('_', ' ')} ${name}${what}`,
  });
  const server = (role: ServerPart['role'], name: string, serverType?: string): ServerPart => {
    const does = role === 'first' ? 'control plane' : role === 'worker' ? 'worker' : 'further control plane';
    const what = [...(serverType ? [serverType] : []), does].join(', ');
    return {
      ...part('server', name, ` (${what}) in ${hetzner.location}`),
      role,
      ...(serverType ? { serverType } : {}),
    };
  };
  const { cidr, subnet } = hetzner.network;
  const { controlPlane, workers } = hetzner;
  const parts = {
    marker: part('placement_group', names.marker, ', empty, that marks the project of this Sovereign'),
    sshKey: part('ssh_key', names.sshKey, ''),
    network: part('network', names.network, ` ${cidr} with subnet ${subnet}`),
    firewall: part('firewall', names.firewall, ' that lets in 6443, 53 and ICMP'),
    placementGroup: part('placement_group', names.placementGroup, ' that spreads the servers'),
    loadBalancer: part(
      'load_balancer',
      names.loadBalancer,
      `${types ? ` (${types.loadBalancer})` : ''} in ${hetzner.location}, 80→31080, 443→31443, 6443→6443`,
    ),
    servers: [
      ...Array.from({ length: controlPlane.count }, (_, index) =>
        server(index === 0 ? 'first' : 'control-plane', names.controlPlane(index + 1), types?.controlPlane),
      ),
      ...Array.from({ length: workers.count }, (_, index) => server('worker', names.worker(index + 1), types?.worker)),
    ],
  };
  const { marker, sshKey, network, firewall, placementGroup, loadBalancer, servers } = parts;
  return { ...parts, all: [marker, sshKey, network, firewall, placementGroup, loadBalancer, ...servers] };
}

export function labelsOf(
  fqdn: string,
  operation: string,
  role?: ServerPart['role'] | typeof markerRole,
): Record<string, string> {
  const said = role === 'first' ? 'control-plane' : role;
  return {
    [sovereignLabel]: fqdn,
    ...(said ? { [roleLabel]: said } : {}),
    [operationLabel]: operation,
  };
}

const anywhere = ['0.0.0.0/0', '::/0'];

/**
 * What may come in at the public address of a node. Visitors come through the load balancer, over the private network, which no firewall
 * filters. SSH only while the kubeconfig is fetched, and only from `sshFrom`.
 */
export function firewallRules(sshFrom: readonly string[] = []): FirewallRule[] {
  const open = (
    protocol: FirewallRule['protocol'],
    port: string | null,
    source_ips: string[],
    description: string,
  ) => ({
    description,
    direction: 'in' as const,
    source_ips,
    destination_ips: [],
    protocol,
    port,
  });
  return [
    open('tcp', '6443', anywhere, 'kubernetes'),
    open('tcp', '53', anywhere, 'dns'),
    open('udp', '53', anywhere, 'dns'),
    open('icmp', null, anywhere, 'ping'),
    ...(sshFrom.length > 0 ? [open('tcp', '22', [...sshFrom], 'ssh while the cluster is created')] : []),
  ];
}

/** Rules as POST and set_rules take them: a port only where there is one. */
export function ruleBodies(rules: readonly FirewallRule[]): object[] {
  return rules.map(({ port, destination_ips: _, ...rule }) => (port === null ? rule : { ...rule, port }));
}

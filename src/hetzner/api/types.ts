/**
 * What a project holds: shapes of the Hetzner Cloud API as catalyst reads them, after the OpenAPI description of July 2026
 * (`datacenter` is gone). Times are RFC 3339 strings, sizes in GB. What Hetzner sells is in sold.ts.
 */
import type { LoadBalancerType, Location, ServerType } from './offerings.js';

export type Labels = Record<string, string>;

export interface Action {
  id: number;
  command: string;
  status: 'running' | 'success' | 'error';
  started: string;
  finished: string | null;
  progress: number;
  resources: { id: number; type: string }[];
  error: { code: string; message: string } | null;
}

/** What every resource has. Protection is missing on certificate, firewall, placement group and ssh key. */
export interface Resource {
  id: number;
  name: string | null;
  labels?: Labels;
  created: string;
  protection?: { delete?: boolean; rebuild?: boolean };
}

export interface PlacementGroup extends Resource {
  name: string;
  labels: Labels;
  type: 'spread';
  servers: number[];
}

export interface Server extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean; rebuild: boolean };
  status: 'running' | 'initializing' | 'starting' | 'stopping' | 'off' | 'deleting' | 'unknown';
  public_net: {
    ipv4: { id?: number; ip: string; blocked: boolean; dns_ptr: string } | null;
    ipv6: { id?: number; ip: string; blocked: boolean; dns_ptr: { ip: string; dns_ptr: string }[] | null } | null;
    floating_ips: number[];
    firewalls?: { id?: number; status?: 'applied' | 'pending' }[];
  };
  private_net: { network?: number; ip?: string; alias_ips?: string[]; mac_address?: string }[];
  server_type: ServerType;
  location: Location;
  image: Image | null;
  iso: null;
  rescue_enabled: boolean;
  locked: boolean;
  backup_window: string | null;
  outgoing_traffic: number | null;
  ingoing_traffic: number | null;
  included_traffic: number | null;
  volumes?: number[];
  load_balancers?: number[];
  primary_disk_size: number;
  placement_group?: PlacementGroup | null;
}

export interface Subnet {
  type: 'cloud' | 'server' | 'vswitch';
  ip_range?: string;
  network_zone: string;
  gateway: string;
  vswitch_id?: number | null;
}

export interface Network extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  ip_range: string;
  subnets: Subnet[];
  routes: { destination: string; gateway: string }[];
  servers: number[];
  load_balancers?: number[];
  expose_routes_to_vswitch: boolean;
}

export interface FirewallRule {
  description?: string | null;
  direction: 'in' | 'out';
  source_ips: string[];
  destination_ips: string[];
  protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre';
  port: string | null;
}

export interface FirewallUse {
  type: 'server' | 'label_selector';
  server?: { id: number };
  label_selector?: { selector: string };
  applied_to_resources?: { type?: 'server'; server?: { id: number } }[];
}

export interface Firewall extends Resource {
  name: string;
  rules: FirewallRule[];
  applied_to: FirewallUse[];
}

export interface LoadBalancerService {
  protocol: 'tcp' | 'http' | 'https';
  listen_port: number;
  destination_port: number;
  proxyprotocol: boolean;
  health_check: { protocol: 'tcp' | 'http'; port: number; interval: number; timeout: number; retries: number };
  http?: {
    cookie_name: string;
    cookie_lifetime: number;
    timeout_idle: number;
    certificates?: number[];
    redirect_http?: boolean;
    sticky_sessions: boolean;
  };
}

export interface LoadBalancerTarget {
  type: 'server' | 'label_selector' | 'ip';
  server?: { id: number; ip?: string };
  label_selector?: { selector: string };
  ip?: { ip: string };
  use_private_ip?: boolean;
  health_status?: { listen_port: number; status: 'healthy' | 'unhealthy' | 'unknown' }[];
  targets?: LoadBalancerTarget[];
}

export interface LoadBalancer extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  public_net: {
    enabled: boolean;
    ipv4: { ip: string | null; dns_ptr: string | null };
    ipv6: { ip: string | null; dns_ptr: string | null };
  };
  private_net: { network: number; ip: string }[];
  location: Location;
  load_balancer_type: LoadBalancerType;
  services: LoadBalancerService[];
  targets: LoadBalancerTarget[];
  algorithm: { type: 'round_robin' | 'least_connections' };
  outgoing_traffic: number | null;
  ingoing_traffic: number | null;
  included_traffic: number;
}

export interface Volume extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  server: number | null;
  location: Location;
  size: number;
  linux_device: string;
  status: 'available' | 'creating';
  format: string | null;
}

export interface PrimaryIp extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  blocked: boolean;
  location: Location;
  ip: string;
  dns_ptr: { ip: string; dns_ptr: string }[];
  type: 'ipv4' | 'ipv6';
  auto_delete: boolean;
  assignee_type: 'server' | 'unassigned';
  assignee_id: number | null;
}

export interface FloatingIp extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  description: string | null;
  ip: string;
  type: 'ipv4' | 'ipv6';
  server: number | null;
  dns_ptr: { ip: string; dns_ptr: string }[];
  home_location: Location;
  blocked: boolean;
}

export interface SshKey extends Resource {
  name: string;
  labels: Labels;
  fingerprint: string;
  public_key: string;
}

export interface Certificate extends Resource {
  name: string;
  labels: Labels;
  type?: 'uploaded' | 'managed';
  certificate: string | null;
  not_valid_before: string | null;
  not_valid_after: string | null;
  domain_names: string[];
  fingerprint: string | null;
  status?: null;
  used_by: { id: number; type: string }[];
}

export interface Image extends Resource {
  type: 'system' | 'app' | 'snapshot' | 'backup';
  status: 'available' | 'creating' | 'unavailable';
  description: string;
  image_size: number | null;
  disk_size: number;
  created_from: { id: number; name: string } | null;
  bound_to: number | null;
  os_flavor: string;
  os_version: string | null;
  rapid_deploy?: boolean;
  protection: { delete: boolean };
  deprecated: string | null;
  deleted: string | null;
  labels: Labels;
  architecture: 'x86' | 'arm';
}

export interface Zone extends Resource {
  name: string;
  labels: Labels;
  protection: { delete: boolean };
  mode: 'primary' | 'secondary';
  ttl: number;
  status: 'ok' | 'updating' | 'error';
  record_count: number;
  authoritative_nameservers: {
    assigned: string[];
    delegated: string[];
    delegation_last_check: string | null;
    delegation_status?: string;
  };
  registrar: 'hetzner' | 'other' | 'unknown';
}

/** Everything that can be deleted, by the singular that is also its key in answers; the plural is its path. */
export interface ResourceMap {
  server: Server;
  load_balancer: LoadBalancer;
  volume: Volume;
  floating_ip: FloatingIp;
  primary_ip: PrimaryIp;
  firewall: Firewall;
  certificate: Certificate;
  placement_group: PlacementGroup;
  network: Network;
  image: Image;
  ssh_key: SshKey;
  zone: Zone;
}
export type ResourceType = keyof ResourceMap;

/** All types in the order in which a purge may delete them. */
export const resourceTypes: readonly ResourceType[] = [
  'load_balancer',
  'server',
  'volume',
  'floating_ip',
  'primary_ip',
  'firewall',
  'certificate',
  'placement_group',
  'network',
  'image',
  'ssh_key',
  'zone',
];

/** `primary_ip` → `primary_ips`: path and list key alike. */
export function plural<T extends string>(type: T): `${T}s` {
  return `${type}s`;
}

/**
 * What a project holds, as the API's own description has it (`described.ts`, generated). The lab's server takes the same shapes, so
 * that neither of the two can misread a field. Times are RFC 3339 strings, sizes in GB. What Hetzner sells is in offerings.ts.
 */
import type * as described from './described.js';

export type Labels = Record<string, string>;
export type { Action } from './described.js';

/** What every resource has. Protection is missing on certificate, firewall, placement group and ssh key. */
export interface Resource {
  id: number;
  name: string | null;
  labels?: Labels;
  created: string;
  protection?: { delete?: boolean; rebuild?: boolean };
}

type KeysOfAll<U> = U extends unknown ? keyof U : never;
/** Of several variants one shape that may have the fields of each: it is asked for a field, not for its kind. */
type AnyOf<U> = { [K in keyof U]: U[K] } & {
  [K in Exclude<KeysOfAll<U>, keyof U>]?: U extends { [P in K]?: infer V } ? V : never;
};

export type Server = described.Server & Resource;
export type PlacementGroup = described.PlacementGroup & Resource;
export type Network = described.Network & Resource;
export type Subnet = Network['subnets'][number];
export type Firewall = described.Firewall & Resource;
export type FirewallRule = Firewall['rules'][number];
export type FirewallUse = Firewall['applied_to'][number];
export type LoadBalancerService = AnyOf<described.LoadBalancer['services'][number]>;
export type LoadBalancerTarget = AnyOf<described.LoadBalancer['targets'][number]>;
export type LoadBalancer = Omit<described.LoadBalancer, 'services' | 'targets'> &
  Resource & { services: LoadBalancerService[]; targets: LoadBalancerTarget[] };
export type Volume = described.Volume & Resource;
export type PrimaryIp = described.PrimaryIp & Resource;
export type FloatingIp = described.FloatingIp & Resource;
export type SshKey = described.SshKey & Resource;
export type Certificate = described.Certificate & Resource;
export type Image = described.Image & Resource;
export type Zone = described.Zone & Resource;

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

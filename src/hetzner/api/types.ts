/**
 * The resources of a Hetzner project, generated from the API description (`generated/project.ts`). The lab's server uses the same types,
 * so that neither can misread a field. Times are RFC 3339 strings, sizes are in GB. What Hetzner sells is in offerings.ts.
 *
 * To add a type: generate it (`tools/hetzner-types`) and add it to `ResourceMap` below. The compiler then asks for what catalyst knows
 * of it: one file in `../resources`, with what ties it to a Sovereign, what keeps it, what goes before it and what is lost with it. The
 * lab needs a `Kind` in `lab/src/hetzner/resources` and its place in `lab/src/hetzner/router.ts`.
 */
import type * as generated from './generated/project.js';

export { resourceTypes } from '../resources/kinds.js';
export type Labels = Record<string, string>;
export type { Action } from './generated/project.js';

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

export type Server = generated.Server & Resource;
export type PlacementGroup = generated.PlacementGroup & Resource;
export type Network = generated.Network & Resource;
export type Subnet = Network['subnets'][number];
export type Firewall = generated.Firewall & Resource;
export type FirewallRule = Firewall['rules'][number];
export type FirewallUse = Firewall['applied_to'][number];
export type LoadBalancerService = AnyOf<generated.LoadBalancer['services'][number]>;
export type LoadBalancerTarget = AnyOf<generated.LoadBalancer['targets'][number]>;
export type LoadBalancer = Omit<generated.LoadBalancer, 'services' | 'targets'> &
  Resource & { services: LoadBalancerService[]; targets: LoadBalancerTarget[] };
export type Volume = generated.Volume & Resource;
export type PrimaryIp = generated.PrimaryIp & Resource;
export type FloatingIp = generated.FloatingIp & Resource;
export type SshKey = generated.SshKey & Resource;
export type Certificate = generated.Certificate & Resource;
export type Image = generated.Image & Resource;
export type Zone = generated.Zone & Resource;

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

/** `primary_ip` → `primary_ips`: path and list key alike. */
export function plural<T extends string>(type: T): `${T}s` {
  return `${type}s`;
}

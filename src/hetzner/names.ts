/** Names and labels of everything catalyst makes at Hetzner; the same names as the OpenTofu of the platform used. */
import { slugOf } from '../sovereign/sovereign-names.js';
import type { ResourceType } from './api/types.js';

export { slugOf, sovereignLabel } from '../sovereign/sovereign-names.js';

export const roleLabel = 'catalyst.openova.io/role';
/** Id of the journaled operation that made a resource: looked up after an ambiguous answer; marks the live cluster. */
export const operationLabel = 'catalyst.openova.io/operation';

export interface ClusterNames {
  network: string;
  firewall: string;
  loadBalancer: string;
  sshKey: string;
  placementGroup: string;
  /** An empty placement group, which costs nothing: tells which project is this Sovereign's. */
  marker: string;
  controlPlane(index: number): string;
  worker(index: number): string;
}

export function clusterNames(fqdn: string): ClusterNames {
  const base = `catalyst-${slugOf(fqdn)}`;
  return {
    network: `${base}-net`,
    firewall: `${base}-fw`,
    loadBalancer: `${base}-lb`,
    sshKey: base,
    placementGroup: base,
    marker: `${base}-marker`,
    controlPlane: (index) => `${base}-cp${index}`,
    worker: (index) => `${base}-w${index}`,
  };
}

/** Whether `name` is exactly a name that a Sovereign's resource of this type has; never a prefix, never a part. */
export function isExactName(fqdn: string, type: ResourceType, name: string | null): boolean {
  const names = clusterNames(fqdn);
  switch (type) {
    case 'network':
      return name === names.network;
    case 'firewall':
      return name === names.firewall;
    case 'load_balancer':
      return name === names.loadBalancer;
    case 'ssh_key':
      return name === names.sshKey;
    case 'placement_group':
      return name === names.placementGroup;
    case 'server': {
      const base = `catalyst-${slugOf(fqdn)}-`;
      return name?.startsWith(base) === true && /^(cp|w)[1-9]\d{0,2}$/.test(name.slice(base.length));
    }
    default:
      return false;
  }
}

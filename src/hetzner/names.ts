/** Names and labels of everything catalyst makes at Hetzner; the same names as the OpenTofu of the platform used. */
import { clusterNames } from '../sovereign/cluster-names.js';
import { slugOf } from '../sovereign/sovereign-names.js';
import { lastHostOf } from '../support/addresses/ipv4.js';
import type { ResourceType } from './api/types.js';

export { type ClusterNames, clusterNames } from '../sovereign/cluster-names.js';
export { slugOf, sovereignLabel } from '../sovereign/sovereign-names.js';

export const roleLabel = 'catalyst.openova.io/role';
/** Id of the journaled operation that made a resource: looked up after an ambiguous answer; marks the live cluster. */
export const operationLabel = 'catalyst.openova.io/operation';

/**
 * The load balancer's address in the private network, by which every further server joins. It is the last one of the subnet: Hetzner
 * gives servers the first free one, so that none of them has it before.
 */
export const joinAddressOf = (network: { subnet: string }): string => lastHostOf(network.subnet);

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

/** Things made by controllers of the cluster have no label of the Sovereign; they hang on its network and servers. Pure. */
import type { Resource, ResourceMap, ResourceType } from '../../api/types.js';

import type { Chosen } from './references.js';
import { type Key, keyOf } from './verdict.js';

export interface InferredOwnership {
  reason: string;
  dependsOn: Key;
  /** Goes by itself when that goes. */
  goes?: true;
  /** An unfinished purge has deleted that. */
  gone?: true;
}

export function inferredOwnershipOf(type: ResourceType, item: Resource, chosen: Chosen): InferredOwnership | undefined {
  const labels = item.labels ?? {};
  if (type === 'load_balancer' && 'hcloud-ccm/service-uid' in labels) {
    const { private_net } = item as ResourceMap['load_balancer'];
    const network = private_net.find((net) => chosen('network', net.network))?.network;
    if (network)
      return {
        reason: `made by the cloud controller in network ${network}, which is selected`,
        dependsOn: keyOf('network', network),
      };
  }
  if (type === 'volume' && labels['managed-by'] === 'csi-driver') {
    const { server } = item as ResourceMap['volume'];
    if (server !== null && chosen('server', server)) {
      const reason = `made by the CSI driver and attached to server ${server}, which is selected`;
      return { reason, dependsOn: keyOf('server', server) };
    }
  }
  if (type === 'server' && 'hcloud/node-group' in labels) {
    const { private_net } = item as ResourceMap['server'];
    // A node of somebody else's cluster may stand in this network too, beside its own.
    const network = private_net.every((net) => chosen('network', net.network)) ? private_net[0]?.network : undefined;
    if (network !== undefined)
      return {
        reason: `made by the autoscaler in network ${network}, which is selected`,
        dependsOn: keyOf('network', network),
      };
  }
  if (type === 'primary_ip') {
    const { auto_delete, assignee_id } = item as ResourceMap['primary_ip'];
    if (auto_delete && chosen('server', assignee_id)) {
      return {
        reason: `goes with server ${assignee_id} (auto-delete)`,
        dependsOn: keyOf('server', assignee_id!),
        goes: true,
      };
    }
  }
  if (type === 'image') {
    const { type: kind, bound_to } = item as ResourceMap['image'];
    if (kind === 'backup' && chosen('server', bound_to)) {
      return { reason: `backup that goes with server ${bound_to}`, dependsOn: keyOf('server', bound_to!), goes: true };
    }
  }
  return undefined;
}

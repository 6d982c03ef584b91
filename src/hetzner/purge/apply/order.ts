/** What must be gone before a resource can be deleted. Edges only between selected ones. Pure. */
import { type ResourceMap, type ResourceType, resourceTypes } from '../../api/types.js';
import type { Inventory } from '../plan/inventory.js';
import type { Row } from '../select/row.js';
import { keyOf } from '../select/verdict.js';

/** Key → keys that come first. */
export function deletionOrder(rows: readonly Row[], inventory: Inventory): Map<string, string[]> {
  const selected = new Set(rows.map(({ type, id }) => keyOf(type, id)));
  const items = new Map(
    resourceTypes.flatMap((type) => inventory[type].map((item) => [keyOf(type, item.id), item] as const)),
  );
  const order = new Map<string, string[]>();
  for (const row of rows) {
    const item = items.get(keyOf(row.type, row.id));
    const first = item ? blockers(row, item as never, inventory) : [];
    order.set(
      keyOf(row.type, row.id),
      [...new Set([...first, ...(row.goesWith ? [row.goesWith] : [])])].filter((key) => selected.has(key as never)),
    );
  }
  return order;
}

function blockers(row: Row, item: ResourceMap[ResourceType], inventory: Inventory): string[] {
  const servers = (ids: readonly (number | null | undefined)[]) =>
    ids.filter((id): id is number => typeof id === 'number').map((id) => keyOf('server', id));
  switch (row.type) {
    case 'load_balancer': {
      // While the cluster lives its cloud controller would make this one anew; its servers go first.
      if (!('hcloud-ccm/service-uid' in row.labels)) return [];
      const networks = new Set((item as ResourceMap['load_balancer']).private_net.map(({ network }) => network));
      const members = inventory.server.filter((one) => one.private_net.some((net) => networks.has(net.network ?? 0)));
      return servers(members.map(({ id }) => id));
    }
    case 'volume':
      return servers([(item as ResourceMap['volume']).server]);
    case 'floating_ip':
      return servers([(item as ResourceMap['floating_ip']).server]);
    case 'primary_ip':
      return servers([(item as ResourceMap['primary_ip']).assignee_id]);
    case 'firewall':
      return servers(
        (item as ResourceMap['firewall']).applied_to.flatMap((use) => [
          use.server?.id,
          ...(use.applied_to_resources ?? []).map((one) => one.server?.id),
        ]),
      );
    case 'certificate':
      return (item as ResourceMap['certificate']).used_by.map(({ id }) => keyOf('load_balancer', id));
    case 'placement_group':
      return servers((item as ResourceMap['placement_group']).servers);
    case 'network': {
      const inside = (one: { private_net: { network?: number }[] }) =>
        one.private_net.some((net) => net.network === row.id);
      return [
        ...inventory.server.filter(inside).map(({ id }) => keyOf('server', id)),
        ...inventory.load_balancer.filter(inside).map(({ id }) => keyOf('load_balancer', id)),
      ];
    }
    default:
      return [];
  }
}

/** What keeps a resource, whatever its label says. Pure. */
import type { Resource, ResourceMap, ResourceType } from '../../api/types.js';
import type { Inventory } from '../plan/inventory.js';
import { nameOf, unselected, type Verdict } from './verdict.js';

/** Whether that one is to be deleted. */
export type Chosen = (type: ResourceType, id: number | null | undefined) => boolean;

/** Something that stays uses it: then it stays too, whatever its label says. */
export function keptByUse(
  type: ResourceType,
  item: Resource,
  inventory: Inventory,
  chosen: Chosen,
): Verdict | undefined {
  const stays = (kind: ResourceType, ids: readonly (number | null | undefined)[]) => {
    const other = ids.find((id) => id !== null && id !== undefined && !chosen(kind, id));
    return other === undefined
      ? undefined
      : unselected(`${kind.replaceAll('_', ' ')} ${label(inventory, kind, other!)} uses it and stays`);
  };
  switch (type) {
    case 'network': {
      const network = item as ResourceMap['network'];
      const bound = (list: readonly { id: number; private_net: { network?: number }[] }[]) =>
        list.filter((one) => one.private_net.some((net) => net.network === network.id)).map(({ id }) => id);
      return (
        stays('server', [...network.servers, ...bound(inventory.server)]) ??
        stays('load_balancer', [...(network.load_balancers ?? []), ...bound(inventory.load_balancer)])
      );
    }
    case 'firewall': {
      const uses = (item as ResourceMap['firewall']).applied_to;
      const servers = uses.flatMap((use) => [
        use.server?.id,
        ...(use.applied_to_resources ?? []).map((one) => one.server?.id),
      ]);
      return stays('server', servers);
    }
    case 'placement_group':
      return stays('server', (item as ResourceMap['placement_group']).servers);
    case 'certificate':
      return stays(
        'load_balancer',
        (item as ResourceMap['certificate']).used_by.map(({ id }) => id),
      );
    case 'volume':
      return stays('server', [(item as ResourceMap['volume']).server]);
    case 'floating_ip':
      return stays('server', [(item as ResourceMap['floating_ip']).server]);
    case 'primary_ip':
      return stays('server', [(item as ResourceMap['primary_ip']).assignee_id]);
    case 'load_balancer':
      return stays('server', targetsOf(item as ResourceMap['load_balancer']));
    case 'server': {
      // These go with it whatever we do: when one of them is not ours to lose, the server stays.
      const addresses = inventory.primary_ip.filter((ip) => ip.auto_delete && ip.assignee_id === item.id);
      const backups = inventory.image.filter((image) => image.type === 'backup' && image.bound_to === item.id);
      const lost = [
        ...addresses.map(({ id }) => ['primary_ip', id] as const),
        ...backups.map(({ id }) => ['image', id] as const),
      ].find(([kind, id]) => !chosen(kind, id));
      return (
        lost &&
        unselected(
          `${lost[0].replaceAll('_', ' ')} ${label(inventory, lost[0], lost[1])} would go with it and is to stay`,
        )
      );
    }
    case 'image': {
      const image = item as ResourceMap['image'];
      return image.type === 'backup' ? stays('server', [image.bound_to]) : undefined;
    }
    default:
      return undefined;
  }
}

function targetsOf({ targets }: ResourceMap['load_balancer']): (number | undefined)[] {
  return targets.flatMap((target) => [target.server?.id, ...(target.targets ?? []).map((one) => one.server?.id)]);
}

function label(inventory: Inventory, type: ResourceType, id: number): string {
  const found = inventory[type].find((one) => one.id === id);
  return found ? `${nameOf(found)} (${id})` : String(id);
}

/** Things that bear no label, and yet belong to the live cluster by what they hang on. Pure. */
import type { Resource, ResourceType } from '../../api/types.js';
import { keyOf } from '../../resources/kind.js';
import { kindOf, resourceTypes } from '../../resources/kinds.js';
import type { Inventory } from '../plan/inventory.js';
import { nameOf } from './verdict.js';

/** @param isLive whether a resource is part of the cluster; answers why a thing stays with it, or undefined */
export function hangsOnLive(
  inventory: Inventory,
  isLive: (item: Resource) => boolean,
): (type: ResourceType, item: Resource) => string | undefined {
  const live = new Map(
    resourceTypes.flatMap((type) => {
      const parts = (inventory[type] as readonly Resource[]).filter(isLive);
      return parts.map((part) => [keyOf(type, part.id), `${type.replaceAll('_', ' ')} ${nameOf(part)}`] as const);
    }),
  );
  const isPart = (type: ResourceType, id: number | null | undefined) =>
    id !== null && id !== undefined && live.has(keyOf(type, id));
  return (type, item) => {
    const owner = kindOf(type).inferred?.(item, isPart)?.dependsOn;
    return owner && `it belongs to ${live.get(owner)} of the live cluster; --include-live selects both`;
  };
}

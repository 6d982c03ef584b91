/** What keeps a resource, whatever its label says. Pure. */
import type { Resource, ResourceType } from '../../api/types.js';
import type { Chosen, Key } from '../../resources/kind.js';
import { kindOf } from '../../resources/kinds.js';
import type { Inventory } from '../plan/inventory.js';
import { nameOf, unselected, type Verdict } from './verdict.js';

/** It stays with what uses it, and with what would go with it. */
export function keptByUse(
  type: ResourceType,
  item: Resource,
  inventory: Inventory,
  chosen: Chosen,
): Verdict | undefined {
  const { users, takes } = kindOf(type);
  const staying = (keys: Key[] = []) =>
    keys.map(partsOf).flatMap(([kind, id]) => (chosen(kind, id) ? [] : [labelOf(inventory, kind, id)]))[0];
  const user = staying(users?.(item, inventory));
  if (user) return unselected(`${user} uses it and stays`);
  const taken = staying(takes?.(item, inventory));
  return taken === undefined ? undefined : unselected(`${taken} would go with it and is to stay`);
}

function partsOf(key: Key): [ResourceType, number] {
  const [type, id] = key.split('/');
  return [type as ResourceType, Number(id)];
}

function labelOf(inventory: Inventory, type: ResourceType, id: number): string {
  const found = inventory[type].find((one) => one.id === id);
  return `${type.replaceAll('_', ' ')} ${found ? `${nameOf(found)} (${id})` : id}`;
}

/** What must be gone before a resource can be deleted. Edges only between selected ones. Pure. */
import { type Key, keyOf } from '../../resources/kind.js';
import { kindOf, resourceTypes } from '../../resources/kinds.js';
import type { Inventory } from '../plan/inventory.js';
import type { Row } from '../select/row.js';

/** Key → keys that come first. */
export function deletionOrder(rows: readonly Row[], inventory: Inventory): Map<string, string[]> {
  const selected = new Set(rows.map(({ type, id }) => keyOf(type, id)));
  const items = new Map(
    resourceTypes.flatMap((type) => inventory[type].map((item) => [keyOf(type, item.id), item] as const)),
  );
  const order = new Map<string, string[]>();
  for (const row of rows) {
    const item = items.get(keyOf(row.type, row.id));
    const { first, users } = kindOf(row.type);
    const before: string[] = item ? ((first ?? users)?.(item, inventory) ?? []) : [];
    order.set(
      keyOf(row.type, row.id),
      [...new Set([...before, ...(row.goesWith ? [row.goesWith] : [])])].filter((key) => selected.has(key as Key)),
    );
  }
  return order;
}

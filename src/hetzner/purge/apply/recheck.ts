/** Re-reads a resource just before its deletion. One listing serves all deletions of its type that follow within moments. */
import type { Clock } from '../../../support/clock.js';
import type { HetznerApi } from '../../api/api.js';
import type { Resource, ResourceType } from '../../api/types.js';
import { resourceTypes } from '../../resources/kinds.js';
import { type Inventory, listType } from '../plan/inventory.js';

/** A listing younger than this counts as "just before". */
const freshMs = 2000;

export type Reread = (type: ResourceType, id: number) => Promise<Resource | undefined>;

/** `seen` was listed just now: it serves the first deletions. */
export function createReread(api: HetznerApi, clock: Clock, seen: Inventory): Reread {
  const byId = (all: readonly Resource[]) => new Map(all.map((one) => [one.id, one]));
  const lists = new Map<ResourceType, { at: number; items: Promise<Map<number, Resource>> }>();
  const start = clock.now().getTime();
  for (const type of resourceTypes) lists.set(type, { at: start, items: Promise.resolve(byId(seen[type])) });
  return async (type, id) => {
    const now = clock.now().getTime();
    let list = lists.get(type);
    if (!list || now - list.at > freshMs) {
      const items = listType(api, type).then(byId);
      list = { at: now, items };
      lists.set(type, list);
    }
    const found = (await list.items).get(id);
    // Deletions of our own move the pages of a list that is read meanwhile: missing there is not yet gone.
    return found ?? (list.at === start ? undefined : api.get(type, id));
  };
}

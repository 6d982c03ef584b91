/** Re-reads a resource just before its deletion. One listing serves all deletions of its type that follow within moments. */
import type { Clock } from '../../support/clock.js';
import type { HetznerApi } from '../api.js';
import { type Resource, type ResourceType, resourceTypes } from '../types.js';
import { type Inventory, listType } from './inventory.js';
import type { Row } from './select.js';
import { nameOf } from './verdict.js';

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

/** Why it is no longer what was planned, or undefined. */
export function changedSince(row: Row, now: Resource): string | undefined {
  if (nameOf(now) !== row.name) return `its name is now ${nameOf(now)}`;
  if (now.created !== row.created) return 'it is another resource under the same id';
  if (!sameLabels(row.labels, now.labels ?? {})) return 'its labels were changed since the plan';
  // The other way round is our own doing: a run that died between lifting the protection and the deletion.
  if (now.protection?.delete === true && !row.protected) return 'it was protected since the plan';
  return undefined;
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** Everything deletable in the project, by type. A list that fails fails the whole: an empty list must mean "nothing there". */
import type { HetznerApi } from '../../api/api.js';
import type { ResourceMap, ResourceType } from '../../api/types.js';
import { kindOf, resourceTypes } from '../../resources/kinds.js';

export type Inventory = { readonly [T in ResourceType]: readonly ResourceMap[T][] };

export async function takeInventory(api: HetznerApi): Promise<Inventory> {
  const lists = await Promise.all(resourceTypes.map(async (type) => [type, await listType(api, type)] as const));
  return Object.fromEntries(lists) as unknown as Inventory;
}

/** All of a type that the project owns. */
export const listType = async <T extends ResourceType>(api: HetznerApi, type: T): Promise<ResourceMap[T][]> =>
  ((await kindOf(type).list?.(api)) as ResourceMap[T][] | undefined) ?? api.list(type);

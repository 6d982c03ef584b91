/** Everything deletable in the project, by type. A list that fails fails the whole: an empty list must mean "nothing there". */
import type { HetznerApi } from '../../api/api.js';
import { type Image, type ResourceMap, type ResourceType, resourceTypes } from '../../api/types.js';

export type Inventory = { readonly [T in ResourceType]: readonly ResourceMap[T][] };

export async function takeInventory(api: HetznerApi): Promise<Inventory> {
  const lists = await Promise.all(resourceTypes.map(async (type) => [type, await listType(api, type)] as const));
  return Object.fromEntries(lists) as unknown as Inventory;
}

/** System and app images are Hetzner's; without a type the list would hold hundreds of them. */
export async function listType<T extends ResourceType>(api: HetznerApi, type: T): Promise<ResourceMap[T][]> {
  if (type !== 'image') return api.list(type);
  const [snapshots, backups] = await Promise.all([
    api.list('image', { type: 'snapshot' }),
    api.list('image', { type: 'backup' }),
  ]);
  return [...snapshots, ...backups].filter(isOwnImage) as ResourceMap[T][];
}

const isOwnImage = (image: Image) => image.type === 'snapshot' || image.type === 'backup';

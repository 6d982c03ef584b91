/** What catalyst knows of a type of Hetzner resource beside the fields in its answers: a file for each type, and a line in `kinds.ts`. */
import type { z } from 'zod';
import type { HetznerApi } from '../api/api.js';
import type { LocationPrice, Pricing } from '../api/offerings.js';
import type { Resource, ResourceMap, ResourceType } from '../api/types.js';
import type { Inventory } from '../purge/plan/inventory.js';
import type { Selection } from '../purge/select/select.js';

/** `server/42` */
export type Key = `${ResourceType}/${number}`;

export const keyOf = (type: ResourceType, id: number): Key => `${type}/${id}`;

/** Of ids as answers have them: some are null. */
export const keysOf = (type: ResourceType, ids: readonly (number | null | undefined)[]): Key[] =>
  ids.flatMap((id) => (id === null || id === undefined ? [] : [keyOf(type, id)]));

/** Whether that one is to be deleted. */
export type Chosen = (type: ResourceType, id: number | null | undefined) => boolean;

export interface InferredOwnership {
  reason: string;
  dependsOn: Key;
  /** Goes by itself when that goes. */
  goes?: true;
  /** An unfinished purge has deleted that. */
  gone?: true;
}

/** A call that frees a resource; `gone` is what Hetzner answers when there is nothing left to free it from. */
export interface Release {
  action: string;
  body: Record<string, unknown>;
  gone: string;
}

export interface Kind<T extends ResourceType, R extends Resource = ResourceMap[T]> {
  /** The fields that decide what belongs to whom and what goes: their types are checked in every answer. */
  fields: z.ZodRawShape;
  /** Where the plain list has more than what the project owns. */
  list?(api: HetznerApi): Promise<R[]>;
  /** Controllers of the cluster make things without a label of the Sovereign; what such a thing hangs on. */
  inferred?(item: R, chosen: Chosen): InferredOwnership | undefined;
  /** What the choices of the person keep it for, although there is evidence. */
  keptByChoice?(item: R, selection: Selection, inferred: InferredOwnership | undefined): string | undefined;
  /** What uses it: whatever of that stays keeps it, and whatever goes must go first. */
  users?(item: R, inventory: Inventory): Key[];
  /** What must go first, where that is something else than its users. */
  first?(item: R, inventory: Inventory): Key[];
  /** What Hetzner deletes with it: it stays where one of these is to stay. */
  takes?(item: R, inventory: Inventory): Key[];
  /** What is lost with it, for the person who confirms. */
  implies?(item: R, inventory: Inventory): string[];
  /** Gross a month. */
  monthly?(item: R, pricing: Pricing): number;
  /** What lifting its protection takes beside `delete: false`. */
  unprotect?: object;
  release?(item: R): Release | undefined;
}

/** Of a price list with a row for each location. */
export function priceAt(
  prices: readonly Pick<LocationPrice, 'location' | 'price_monthly'>[] | undefined,
  location: string,
): number {
  return Number(prices?.find((price) => price.location === location)?.price_monthly.gross ?? 0);
}

/** Whether a server or load balancer is in that network. */
export const isInside = ({ private_net }: { private_net: readonly { network?: number }[] }, network: number): boolean =>
  private_net.some((net) => net.network === network);

/** Whether Hetzner sells a thing: one rule for server types and load balancer types alike. Pure. */

import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { Deprecation, LoadBalancerType, ServerType } from '../../api/offerings.js';

/** `unknown`: not in that location; `retired`: its last day is over; `out`: none left at the moment. */
export type Sale =
  | { state: 'on-sale'; lastDay?: string }
  | { state: 'unknown' }
  | { state: 'retired'; lastDay: string }
  | { state: 'out' };

/** By the date alone: what is announced to end is on sale until then. */
function byDate(deprecation: Deprecation | null | undefined, now: Date): Sale {
  if (!deprecation) return { state: 'on-sale' };
  const lastDay = deprecation.unavailable_after.slice(0, 10);
  return Date.parse(deprecation.unavailable_after) <= now.getTime()
    ? { state: 'retired', lastDay }
    : { state: 'on-sale', lastDay };
}

/** Of the three places where a server type tells its end, only that of the location counts (docs.hetzner.cloud, changelog). */
export function saleOfServer(type: ServerType, location: string, now: Date): Sale {
  const offer = type.locations.find(({ name }) => name === location);
  if (!offer) return { state: 'unknown' };
  const sale = byDate(offer.deprecation, now);
  return sale.state === 'on-sale' && !offer.available ? { state: 'out' } : sale;
}

/** Sold wherever it has a price; the API tells nothing of its stock. */
export function saleOfBalancer(type: LoadBalancerType, location: string, now: Date): Sale {
  return type.prices.some((price) => price.location === location)
    ? byDate(type.deprecation, now)
    : { state: 'unknown' };
}

/** A month's price there, gross. */
export function monthlyOf({ prices }: Pick<ServerType, 'prices'>, location: string): number {
  return Number(prices.find((price) => price.location === location)?.price_monthly.gross ?? Number.POSITIVE_INFINITY);
}

/** What stays on sale comes first, then the cheapest. */
export const byPrice =
  <T extends Pick<ServerType, 'prices' | 'name'>>(location: string, saleOf: (type: T) => Sale) =>
  (one: T, other: T): number => {
    const ends = (type: T) => Number('lastDay' in saleOf(type));
    return (
      ends(one) - ends(other) ||
      monthlyOf(one, location) - monthlyOf(other, location) ||
      one.name.localeCompare(other.name)
    );
  };

/** What is ordered cannot be had, however long one waits. */
export function unfit(message: string, actions: readonly string[]) {
  return fail('E2005', message, { actions: [...actions, command('cluster plan')] });
}

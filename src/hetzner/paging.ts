/** All pages of a list. Only `next_page` is trusted: the other numbers of `meta.pagination` may be null. */
import { fail } from '../support/errors.js';
import type { HetznerCaller } from './caller.js';
import type { HetznerCall } from './transport.js';

interface Page {
  meta?: { pagination?: { next_page: number | null } };
  [key: string]: unknown;
}

export async function listAll<T>(
  call: HetznerCaller,
  path: string,
  key: string,
  query: HetznerCall['query'] = {},
): Promise<T[]> {
  const found: T[] = [];
  const shared = shareParts();
  for (let page: number | null = 1; page !== null; ) {
    const answer = await call({ method: 'GET', path, query: { ...query, page, per_page: 50 } });
    const body = answer.body as Page | undefined;
    const items = body?.[key];
    // An empty or foreign body must never read as "nothing is there": a purge would call that clean.
    if (!Array.isArray(items)) throw fail('E2001', `Hetzner answered GET ${path} without "${key}".`);
    for (const item of items) found.push(shared(item as object) as T);
    const next: number | null = body?.meta?.pagination?.next_page ?? null;
    if (next !== null && next <= page)
      throw fail('E2001', `Hetzner answered GET ${path} with page ${next} after ${page}.`);
    page = next;
  }
  return found;
}

/** Parts that each server or load balancer brings along whole, price list included: a long list keeps one of each. */
const repeated = ['server_type', 'load_balancer_type', 'location', 'home_location', 'image'] as const;

function shareParts(): <T extends object>(item: T) => T {
  const known = new Map<string, object>();
  return (item) => {
    const parts = item as Record<string, { id?: number } | null | undefined>;
    for (const key of repeated) {
      const part = parts[key];
      if (typeof part?.id !== 'number') continue;
      const first = known.get(`${key}/${part.id}`);
      if (first) parts[key] = first;
      else known.set(`${key}/${part.id}`, part);
    }
    return item;
  };
}

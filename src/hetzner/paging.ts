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
  for (let page: number | null = 1; page !== null; ) {
    const answer = await call({ method: 'GET', path, query: { ...query, page, per_page: 50 } });
    const body = answer.body as Page | undefined;
    const items = body?.[key];
    // An empty or foreign body must never read as "nothing is there": a purge would call that clean.
    if (!Array.isArray(items)) throw fail('E2001', `Hetzner answered GET ${path} without "${key}".`);
    found.push(...(items as T[]));
    const next: number | null = body?.meta?.pagination?.next_page ?? null;
    if (next !== null && next <= page)
      throw fail('E2001', `Hetzner answered GET ${path} with page ${next} after ${page}.`);
    page = next;
  }
  return found;
}

/** All pages of a list. Only `next_page` is trusted: the other numbers of `meta.pagination` may be null. */
import { fail } from '../../support/errors/errors.js';
import { type Allowance, createAllowance, pageMs } from '../../tools/http/bounded.js';
import { isResource } from './answers.js';
import type { HetznerCaller } from './caller.js';
import type { HetznerCall } from './transport.js';

interface Page {
  meta?: { pagination?: { next_page: number | null; total_entries?: number | null } };
  [key: string]: unknown;
}

/** Pages of 50: more than a project can hold. */
const mostPages = 200;

/** Times a list is read again because it changed while it was read. */
const rereads = 3;

/**
 * Pages are cut by position: what is deleted meanwhile moves the rest up, past the page that is read next. A list whose
 * length changed is read again, and what any reading saw is in the answer; only a single GET says that something is gone.
 */
export async function listAll<T>(
  call: HetznerCaller,
  path: string,
  key: string,
  query: HetznerCall['query'] = {},
): Promise<T[]> {
  const shared = shareParts();
  const time = createAllowance();
  const read = () => readPages(call, { path, key, query, shared, time });
  const first = await read();
  if (first.unchanged) return first.items as T[];
  const seen = new Map<unknown, object>();
  let reading = first;
  for (let times = 0; ; times++) {
    for (const item of reading.items) seen.set((item as { id?: unknown }).id, item);
    if (reading.unchanged || times === rereads) return [...seen.values()] as T[];
    reading = await read();
  }
}

interface Reading {
  path: string;
  key: string;
  query: HetznerCall['query'];
  shared: (item: object) => object;
  time: Allowance;
}

async function readPages(
  call: HetznerCaller,
  { path, key, query, shared, time }: Reading,
): Promise<{ items: object[]; unchanged: boolean }> {
  const found: object[] = [];
  const totals = new Set<number>();
  let pages = 0;
  for (let page: number | null = 1; page !== null; ) {
    pages += 1;
    if (pages > mostPages) throw fail('E2001', `Hetzner returned endless pages for GET ${path}.`);
    const answer = await call({ method: 'GET', path, query: { ...query, page, per_page: 50 }, time });
    time.earn(pageMs);
    const body = answer.body as Page | undefined;
    const items = typeof body === 'object' && body !== null ? body[key] : undefined;
    // An empty or foreign body must never read as "nothing is there": a purge would call that clean.
    if (!Array.isArray(items)) throw fail('E2001', `Hetzner answered GET ${path} without "${key}".`);
    for (const item of items) {
      if (!isResource(item)) throw fail('E2001', `Hetzner answered GET ${path} with an invalid entry in "${key}".`);
      found.push(shared(item));
    }
    const { next_page: next = null, total_entries: total } = body?.meta?.pagination ?? {};
    if (typeof total === 'number') totals.add(total);
    if (next !== null && (!Number.isInteger(next) || next <= page))
      throw fail('E2001', `Hetzner answered GET ${path} with page ${JSON.stringify(next)} after ${page}.`);
    page = next;
  }
  return { items: found, unchanged: totals.size <= 1 };
}

/** Parts that each server or load balancer brings along whole, price list included: a long list keeps one of each. */
const repeated = ['server_type', 'load_balancer_type', 'location', 'home_location', 'image'] as const;

function shareParts(): (item: object) => object {
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

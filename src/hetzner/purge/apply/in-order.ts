/**
 * Runs what the order lets run, the longest chain first, in so many lanes at once. What waits holds nothing: neither memory
 * for a call nor a journal entry, so a killed run leaves few changes in doubt however many resources it was to delete.
 */
import { keyOf } from '../../resources/kind.js';
import type { Row } from '../select/row.js';

/** `firsts`: outcomes of those it waited for. Rows that wait for each other in a circle are not run and not in the answer. */
export async function inOrder<T>(
  rows: readonly Row[],
  order: ReadonlyMap<string, readonly string[]>,
  lanes: number,
  one: (row: Row, firsts: T[]) => Promise<T>,
): Promise<Map<string, T>> {
  const after = followers(order);
  const length = chainLengths(rows, after);
  const byKey = new Map(rows.map((row) => [keyOf(row.type, row.id) as string, row]));
  const open = new Map(
    [...byKey.keys()].map((key) => [key, (order.get(key) ?? []).filter((f) => byKey.has(f)).length]),
  );
  const ready: string[][] = [];
  const queue = (key: string) => {
    const place = length.get(key) ?? 1;
    ready[place] ??= [];
    ready[place].push(key);
  };
  for (const [key, count] of open) if (count === 0) queue(key);
  const next = () => ready.findLast((keys) => keys !== undefined && keys.length > 0)?.shift();
  const outcomes = new Map<string, T>();

  const lane = async (): Promise<void> => {
    for (let key = next(); key !== undefined && !failed; key = next()) {
      const firsts = (order.get(key) ?? []).flatMap((first) => outcomes.get(first) ?? []);
      outcomes.set(key, await one(byKey.get(key)!, firsts));
      for (const follower of after.get(key) ?? []) {
        const left = (open.get(follower) ?? 0) - 1;
        open.set(follower, left);
        if (left === 0) queue(follower);
      }
      start();
    }
  };
  const running = new Set<Promise<void>>();
  let failed: { error: unknown } | undefined;
  const start = () => {
    for (let free = lanes - running.size; free > 0 && !failed && ready.some((keys) => keys?.length > 0); free--) {
      const one = lane().catch((error: unknown) => {
        failed ??= { error };
      });
      const ended = one.finally(() => running.delete(ended));
      running.add(ended);
    }
  };
  start();
  while (running.size > 0) await Promise.race(running);
  if (failed) throw (failed as { error: unknown }).error;
  return outcomes;
}

function followers(order: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const after = new Map<string, string[]>();
  for (const [key, firsts] of order) {
    for (const first of firsts) {
      const known = after.get(first);
      if (known) known.push(key);
      else after.set(first, [key]);
    }
  }
  return after;
}

function chainLengths(rows: readonly Row[], after: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const lengths = new Map<string, number>();
  const length = (key: string): number => {
    const known = lengths.get(key);
    if (known !== undefined) return known;
    // Stands in for itself while it is looked at: a circle in what the API tells must not be followed forever.
    lengths.set(key, 1);
    const long = 1 + Math.max(0, ...(after.get(key) ?? []).map(length));
    lengths.set(key, long);
    return long;
  };
  for (const { type, id } of rows) length(keyOf(type, id));
  return lengths;
}

import { afterEach, describe, expect, it } from 'vitest';
import { createHetznerLab, type HetznerLab } from '../../../lab/src/hetzner/lab-hetzner.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import type { HetznerApi } from '../../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { inOrder } from '../../../src/hetzner/purge/apply/in-order.js';
import { createReread } from '../../../src/hetzner/purge/apply/recheck.js';
import { takeInventory } from '../../../src/hetzner/purge/plan/inventory.js';
import type { Row } from '../../../src/hetzner/purge/select/row.js';

const signal = new AbortController().signal;
let lab: HetznerLab;
afterEach(() => lab?.close());

/** 120 volumes; `between` runs after each first page of volumes that anybody reads. */
async function project(between: (page: number) => void) {
  const log = createRequestLog();
  lab = await createHetznerLab({ log, faults: createFaults(), actionMs: 1, fixtures: () => undefined });
  const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal });
  await Promise.all(
    Array.from({ length: 120 }, (_, n) => api.create('volume', { name: `v${n}`, size: 10, location: 'fsn1' })),
  );
  log.listen(({ method, path }) => {
    const page = /^\/v1\/volumes\?.*\bpage=(\d+)/.exec(path)?.[1];
    if (method === 'GET' && page) between(Number(page));
  });
  return api;
}

describe('a list that changes while it is read', () => {
  it('misses nothing that is still there', async () => {
    let once = true;
    const api = await project((page) => {
      if (page !== 1 || !once) return;
      once = false;
      // All on the first page: the next twenty move up to where nobody looks any more.
      for (const id of [...lab.project.items.volume.keys()].slice(0, 20)) lab.project.items.volume.delete(id);
    });
    const ids = new Set((await api.list('volume')).map(({ id }) => id));
    for (const id of lab.project.items.volume.keys()) expect(ids).toContain(id);
  });

  it('is not taken for the word that something has gone', async () => {
    const api = await project(() => undefined);
    let now = 0;
    const clock = { now: () => new Date(now), sleep: () => Promise.resolve() };
    const blind: HetznerApi = { ...api, list: async () => [] };
    const reread = createReread(blind, clock, await takeInventory(api));
    now = 60_000;
    for (const id of lab.project.items.volume.keys()) {
      expect(await reread('volume', id), `volume ${id}`).toBeDefined();
    }
    expect(await reread('volume', 1)).toBeUndefined();
  });
});

describe('the order of deletions', () => {
  const row = (id: number) => ({ type: 'volume', id, name: `v${id}` }) as Row;
  const key = (id: number) => `volume/${id}`;

  it('keeps to its lanes, starts with what most waits for, and gives each what came before it', async () => {
    const order = new Map([
      [key(3), [key(2)]],
      [key(4), [key(3), key(1)]],
    ]);
    const began: number[] = [];
    let running = 0;
    let most = 0;
    const outcomes = await inOrder([1, 2, 3, 4, 5].map(row), order, 2, async ({ id }, firsts: string[]) => {
      began.push(id);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      return `${id}(${firsts.join()})`;
    });
    expect(began[0]).toBe(2);
    expect(most).toBe(2);
    expect(outcomes.get(key(4))).toBe('4(3(2()),1())');
    expect(outcomes.size).toBe(5);
  });

  it('does not wait for ever for what waits for itself, and stops when it is told to', async () => {
    const circle = new Map([
      [key(1), [key(2)]],
      [key(2), [key(1)]],
    ]);
    const outcomes = await inOrder([1, 2, 3].map(row), circle, 4, async ({ id }) => id);
    expect([...outcomes.keys()]).toEqual([key(3)]);
    const begun: number[] = [];
    const stopped = inOrder([1, 2, 3, 4].map(row), new Map(), 2, async ({ id }) => {
      begun.push(id);
      if (id === 1) throw new Error('^C');
    });
    await expect(stopped).rejects.toThrow('^C');
    expect(begun).not.toContain(4);
  });
});

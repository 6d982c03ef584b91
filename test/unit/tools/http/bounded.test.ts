/** One operation has one end, however often it is tried and however many pages it has. Time is this test's own. */
import { expect, test, vi } from 'vitest';
import { createBudget } from '../../../../src/hetzner/api/budget.js';
import { createCaller } from '../../../../src/hetzner/api/caller.js';
import { listAll } from '../../../../src/hetzner/api/paging.js';
import type { HetznerTransport } from '../../../../src/hetzner/api/transport.js';
import { withRetry } from '../../../../src/kubernetes/client/kube-retry.js';
import type { KubeTransport } from '../../../../src/kubernetes/client/kube-transport.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { createAllowance, operationMs } from '../../../../src/tools/http/bounded.js';

const { signal } = new AbortController();

function ownTime() {
  let ms = 0;
  const now = () => ms;
  const pass = (by: number) => {
    ms += by;
  };
  return { now, pass, clock: { now: () => new Date(ms), sleep: async (by: number) => pass(by) } };
}

test('what was granted runs out, what is earned is added, and our own waiting costs nothing', async () => {
  const { now, pass } = ownTime();
  const time = createAllowance(100, now);
  pass(60);
  await time.free(async () => pass(1000));
  expect(time.left()).toBe(40);
  time.earn(5);
  pass(45);
  expect(time.left()).toBe(0);
});

test('a deadline is kept for nothing once its answer is there', () => {
  vi.useFakeTimers();
  try {
    const deadline = createAllowance(100).attempt();
    deadline.end();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(200);
    expect(deadline.signal.aborted).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('a Hetzner API that lets every try run into its deadline is asked only as long as the operation has time', async () => {
  const { now, pass, clock } = ownTime();
  const left: number[] = [];
  const dripping: HetznerTransport = async ({ time }) => {
    left.push(time!.left());
    pass(Math.min(30_000, time!.left()));
    throw new Error('no complete answer');
  };
  const call = createCaller({ transport: dripping, budget: createBudget(clock), clock, signal, endpoint: 'x' });
  const time = createAllowance(operationMs, now);
  await expect(call({ method: 'GET', path: '/servers', time })).rejects.toMatchObject({ code: 'E2001', exitCode: 5 });
  expect(left).toHaveLength(2);
  expect(now()).toBeLessThanOrEqual(60_000);
});

test('waiting for the budget of the project is not the time of the server', async () => {
  const { now, pass, clock } = ownTime();
  const budget = { take: async () => pass(3_600_000), learn: () => undefined, used: () => 0 };
  const transport: HetznerTransport = async ({ time }) => ({ status: 200, headers: {}, body: { left: time!.left() } });
  const call = createCaller({ transport, budget, clock, signal, endpoint: 'x' });
  const time = createAllowance(operationMs, now);
  expect(await call({ method: 'GET', path: '/servers', time })).toMatchObject({ body: { left: operationMs } });
});

test('a list has one end for all its pages, and earns a little by each', async () => {
  const times = new Set<unknown>();
  const items = await listAll(
    async ({ time, query }) => {
      times.add(time);
      const page = Number(query?.['page']);
      const body = { servers: [{ id: page }], meta: { pagination: { next_page: page < 3 ? page + 1 : null } } };
      return { status: 200, headers: {}, body };
    },
    '/servers',
    'servers',
  );
  expect(items).toHaveLength(3);
  expect([...times]).toEqual([expect.objectContaining({ left: expect.any(Function) })]);
});

test('a Kubernetes API that lets every try run into its deadline is asked only as long as the operation has time', async () => {
  const { now, pass, clock } = ownTime();
  let tries = 0;
  const dripping: KubeTransport = {
    async send({ time }) {
      tries += 1;
      pass(Math.min(30_000, time!.left()));
      throw fail('E3101', 'no complete answer');
    },
    async *lines() {},
  };
  const time = createAllowance(operationMs, now);
  const call = withRetry(dripping, clock).send({ method: 'GET', path: '/version', time });
  await expect(call).rejects.toMatchObject({ code: 'E3101' });
  expect(tries).toBe(2);
  expect(now()).toBeLessThanOrEqual(60_000);
});

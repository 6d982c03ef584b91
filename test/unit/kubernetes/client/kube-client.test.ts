import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Kube, KubeWriter } from '../../../../src/kubernetes/client/kube.js';
import { createKube } from '../../../../src/kubernetes/client/kube-client.js';
import type { Clock } from '../../../../src/support/clock.js';
import { core, type FakeApi, fakeApi, json, reset, watch } from './fake-api.js';

const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'one' };
const path = '/api/v1/namespaces/default/configmaps';
const map = (resourceVersion: string, data = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'default', resourceVersion },
  data,
});
const notFound = json({ kind: 'Status', reason: 'NotFound', message: 'configmaps "one" not found' }, 404);

/** Pauses pass at once; a deadline is reached when the test says so. */
class TestClock implements Clock {
  time = Date.parse('2026-11-23T00:00:00Z');
  readonly deadlines: (() => void)[] = [];
  now = () => new Date(this.time);
  sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      if (ms >= 60_000) this.deadlines.push(resolve);
      else setImmediate(resolve);
    });
}

let api: FakeApi;
let clock: TestClock;
let kube: Kube & KubeWriter;
let stop: AbortController;

beforeEach(async () => {
  api = await fakeApi();
  clock = new TestClock();
  stop = new AbortController();
  api.routes['GET /api/v1'] = [core];
  kube = createKube({
    kubeconfig: api.kubeconfig,
    kubectl: async () => {
      throw new Error('kubectl is not expected');
    },
    exec: async () => {
      throw new Error('no process is expected');
    },
    clock,
    signal: stop.signal,
  });
});
afterEach(() => api.close());

test('reads with token and pinned authority; absent objects and kinds are undefined', async () => {
  api.routes[`GET ${path}/one`] = [
    (request, response) => {
      expect(request.headers.authorization).toBe('Bearer the-token');
      response.end(JSON.stringify(map('1')));
    },
    notFound,
  ];
  api.routes['GET /apis/cert-manager.io/v1'] = [json({}, 404)];
  expect(await kube.get(ref)).toMatchObject({ metadata: { name: 'one' } });
  expect(await kube.get(ref)).toBeUndefined();
  expect(await kube.get({ ...ref, apiVersion: 'cert-manager.io/v1', kind: 'Certificate' })).toBeUndefined();
  expect(api.asked.filter((one) => one === 'GET /api/v1')).toHaveLength(1);
});

test('lists page by page', async () => {
  const item = (name: string) => ({ metadata: { name } });
  api.routes['GET /api/v1/nodes'] = [
    json({ metadata: { continue: 'more' }, items: [item('a')] }),
    json({ metadata: {}, items: [item('b')] }),
  ];
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  expect(nodes.map((node) => `${node.kind} ${node.metadata.name}`)).toEqual(['Node a', 'Node b']);
  expect(api.asked.at(-1)).toContain('continue=more');
});

test('a reset or a busy server is asked again, a write whose answer was lost is not, unless it repeats itself safely', async () => {
  api.routes[`GET ${path}/one`] = [reset, json({}, 503), json(map('1'))];
  expect(await kube.get(ref)).toMatchObject({ metadata: { resourceVersion: '1' } });
  api.routes[`POST ${path}`] = [reset];
  await expect(kube.create(map('1'))).rejects.toMatchObject({ code: 'E3101', data: { ambiguous: true } });
  expect(api.asked.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  api.routes[`PATCH ${path}/one`] = [reset, json(map('2'))];
  expect(await kube.patch(ref, { data: { a: 'b' } })).toMatchObject({ metadata: { resourceVersion: '2' } });
});

test('refusals carry the words of the server, HTML is told as what it is', async () => {
  const words = { kind: 'Status', reason: 'Forbidden', message: 'configmaps "one" is forbidden: User "x" cannot get' };
  api.routes[`GET ${path}/one`] = [json(words, 403)];
  await expect(kube.get(ref)).rejects.toMatchObject({ code: 'E3102', message: expect.stringContaining(words.message) });
  api.routes[`GET ${path}/one`] = [(_request, response) => response.end('<html>portal</html>')];
  await expect(kube.get(ref)).rejects.toMatchObject({
    code: 'E3101',
    message: expect.stringContaining('not Kubernetes'),
  });
});

test('waits by watch: sees the change, tells why it waited', async () => {
  api.routes[`GET ${path}/one`] = [json(map('5'))];
  api.routes[`WATCH ${path}`] = [
    watch({ type: 'BOOKMARK', object: map('6') }, { type: 'MODIFIED', object: map('7', { done: 'yes' }) }),
  ];
  const told: string[] = [];
  const done = await kube.waitFor(ref, {
    reason: 'ConfigMap one',
    timeoutMs: 60_000,
    onPending: (pending, deadline) => told.push(`${pending} until ${deadline.toISOString()}`),
    look: (object) => (object?.data?.done ? { done: object.data.done } : { pending: 'not done' }),
  });
  expect(done).toBe('yes');
  expect(told).toEqual(['not done until 2026-11-23T00:01:00.000Z']);
  expect(api.asked.at(-1)).toContain('resourceVersion=5');
});

test('a cut watch and a 410 begin again with what is there now', async () => {
  api.routes[`GET ${path}/one`] = [json(map('1')), json(map('2')), json(map('3', { done: 'yes' }))];
  const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } };
  api.routes[`WATCH ${path}`] = [reset, watch(gone)];
  const done = await kube.waitFor(ref, {
    reason: 'ConfigMap one',
    timeoutMs: 60_000,
    look: (object) => (object?.data?.done ? { done: object.metadata.resourceVersion } : { pending: 'not done' }),
  });
  expect(done).toBe('3');
});

test('an object that comes later, of a kind that comes later', async () => {
  const group = '/apis/example.org/v1';
  const things = `${group}/namespaces/default/things`;
  const thing = { ...map('4'), apiVersion: 'example.org/v1', kind: 'Thing' };
  api.routes[`GET ${group}`] = [
    json({}, 404),
    json({}, 404),
    json({}, 404),
    json({ resources: [{ name: 'things', kind: 'Thing', namespaced: true }] }),
  ];
  api.routes[`GET ${things}/one`] = [notFound];
  api.routes[`WATCH ${things}`] = [watch({ type: 'ADDED', object: thing })];
  const seen = await kube.waitFor(
    { ...ref, apiVersion: 'example.org/v1', kind: 'Thing' },
    { reason: 'Thing', timeoutMs: 60_000, look: (object) => (object ? { done: object.kind } : { pending: 'absent' }) },
  );
  expect(seen).toBe('Thing');
});

test('the deadline ends a wait with its reason; a look that throws ends it at once; an abort with its own reason', async () => {
  api.routes[`GET ${path}/one`] = [json(map('1'))];
  api.routes[`WATCH ${path}`] = [
    (_request, response) => {
      response.writeHead(200);
      response.flushHeaders();
      for (const reach of clock.deadlines) reach();
    },
  ];
  const pending = { reason: 'ConfigMap one', timeoutMs: 60_000, look: () => ({ pending: 'never' }) };
  await expect(kube.waitFor(ref, pending)).rejects.toMatchObject({
    code: 'E4003',
    message: 'Timed out after 60s waiting for ConfigMap one: never.',
  });
  const hopeless = () => {
    throw new Error('it is stalled');
  };
  await expect(kube.waitFor(ref, { ...pending, look: hopeless })).rejects.toThrow('it is stalled');
  api.routes[`WATCH ${path}`] = [() => stop.abort(new Error('stopped by hand'))];
  await expect(kube.waitFor(ref, pending)).rejects.toThrow('stopped by hand');
});

test('deleting tells whether something was there', async () => {
  api.routes[`DELETE ${path}/one`] = [json({ kind: 'Status', status: 'Success' }), notFound];
  expect(await kube.delete(ref)).toBe(true);
  expect(await kube.delete(ref)).toBe(false);
});

test('a path asked for once is not asked again after a fault that passes, so that the fault is seen', async () => {
  api.routes['GET /readyz'] = [json({}, 503), json({})];
  expect(await kube.raw('/readyz', { once: true })).toMatchObject({ status: 503 });
  api.routes['GET /readyz'] = [json({}, 503), json({})];
  expect(await kube.raw('/readyz')).toMatchObject({ status: 200 });
});

test('a path asked for with a signal ends with it', async () => {
  const ends = AbortSignal.abort(new Error('over'));
  await expect(kube.raw('/readyz', { once: true, signal: ends })).rejects.toThrow('over');
});

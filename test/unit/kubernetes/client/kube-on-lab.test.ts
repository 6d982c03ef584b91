/** The whole Kube on the lab's API server, with the real kubectl. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Rig, startRig } from '../../../../lab/test/kubernetes/rig.js';
import type { Kube, KubeObject, KubeWriter } from '../../../../src/kubernetes/client/kube.js';
import { createKube } from '../../../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../../../src/support/clock.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createBinaries } from '../../../../src/tools/exec/binaries.js';
import { createExec } from '../../../../src/tools/exec/exec.js';

let rig: Rig;
let kube: Kube & KubeWriter;
beforeAll(async () => {
  rig = await startRig();
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(tmpdir(), 'catalyst-test-binaries') });
  const { signal } = new AbortController();
  const kubeconfig = join(rig.directory, 'kubeconfig');
  kube = createKube({ kubeconfig, kubectl: () => binaries.path('kubectl'), exec, clock: systemClock, signal });
}, 60_000);
afterAll(() => rig.close());

const map = (name: string, data: Record<string, string>, namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const ref = (name: string, namespace = 'default') => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });

test('applies a namespace and what lives in it in one go, as field manager catalyst', async () => {
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'together' } };
  const stored = await kube.apply([map('one', { a: '1' }, 'together'), space]);
  expect(stored.map(({ kind }) => kind)).toEqual(['Namespace', 'ConfigMap']);
  const seen = await kube.get(ref('one', 'together'));
  expect(seen?.data).toEqual({ a: '1' });
  expect(JSON.stringify(seen?.metadata.managedFields)).toContain('"manager":"catalyst"');
});

test('a dry-run is checked by the server and leaves nothing', async () => {
  expect(await kube.tryApply([map('dry', { a: '1' })])).toHaveLength(1);
  expect(await kube.get(ref('dry'))).toBeUndefined();
  await expect(kube.tryApply([map('Not_a_name', {})])).rejects.toMatchObject({ code: 'E3102' });
});

test('a field of another manager is a conflict until it is forced', async () => {
  await rig.kube.apply(map('owned', { a: '1' }), { fieldManager: 'somebody' });
  await expect(kube.apply([map('owned', { a: '2' })])).rejects.toMatchObject({ data: { conflict: true } });
  await kube.apply([map('owned', { a: '2' })], { forceConflicts: true });
  expect((await kube.get(ref('owned')))?.data.a).toBe('2');
});

test('sees by watch what comes, changes and goes', async () => {
  const wait = (look: (object: KubeObject | undefined) => boolean) =>
    kube.waitFor<true>(ref('watched'), {
      reason: 'ConfigMap watched',
      timeoutMs: 20_000,
      look: (object) => (look(object) ? { done: true } : { pending: 'not yet' }),
    });
  const coming = wait((object) => object !== undefined);
  await kube.apply([map('watched', { a: '1' })]);
  await coming;
  const changing = wait((object) => object?.data?.a === '2');
  await kube.patch(ref('watched'), { data: { a: '2' } });
  await changing;
  const going = wait((object) => object === undefined);
  expect(await kube.delete(ref('watched'))).toBe(true);
  await going;
});

test('a server that stumbles is asked again', async () => {
  await kube.apply([map('stumbles', {})]);
  const path = '/api/v1/namespaces/default/configmaps/stumbles';
  rig.faults.add({ method: 'GET', path, fault: { kind: 'status', status: 503 }, count: 2 });
  expect((await kube.get(ref('stumbles')))?.metadata.name).toBe('stumbles');
});

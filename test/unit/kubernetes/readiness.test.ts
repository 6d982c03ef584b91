import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { readinessOf } from '../../../src/kubernetes/readiness.js';
import { whyNotRolledOut } from '../../../src/kubernetes/wait-ready.js';
import { fakeKube } from '../../fakes/fake-kube.js';

const object = (apiVersion: string, kind: string, status: unknown, spec: unknown = {}, generation = 2): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'n', generation },
  spec,
  status,
});
const condition = (type: string, status: string, reason = '', message = '', observedGeneration = 2) => ({
  type,
  status,
  reason,
  message,
  observedGeneration,
});
const release = (conditions: unknown[], spec = {}) =>
  object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', { observedGeneration: 2, conditions }, spec);

test('a release is ready only for its present generation', () => {
  expect(readinessOf(release([condition('Ready', 'True')]))).toEqual({ ready: true });
  expect(readinessOf(release([condition('Ready', 'True', '', '', 1)]))).toMatchObject({ pending: expect.any(String) });
  expect(readinessOf(release([]))).toMatchObject({ pending: 'HelmRelease n/x is not observed yet' });
});

test('a release that keeps -1 because it fails is judged by what it says of its present generation', () => {
  const failing = (message: string, of: number) =>
    object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', {
      observedGeneration: -1,
      conditions: [condition('Ready', 'False', 'InstallFailed', message, of)],
    });
  expect(readinessOf(failing('no such host', 2))).toMatchObject({ pending: expect.stringContaining('no such host') });
  expect(readinessOf(failing('YAML parse error', 2))).toMatchObject({ failed: expect.stringContaining('YAML') });
  expect(readinessOf(failing('YAML parse error', 1))).toEqual({ pending: 'HelmRelease n/x is not observed yet' });
});

test.each([
  ['stalled', [condition('Stalled', 'True', 'RetriesExceeded', 'no more')], {}, /no more/],
  ['suspended', [condition('Ready', 'True')], { suspend: true }, /suspended/],
  [
    'values that the chart refuses',
    [condition('Ready', 'False', 'InstallFailed', "values don't meet the specifications of the schema(s)")],
    {},
    /schema/,
  ],
])('a release never becomes ready: %s', (_name, conditions, spec, words) => {
  expect(readinessOf(release(conditions, spec))).toMatchObject({ failed: expect.stringMatching(words) });
});

test('a failure that Flux retries is waited for, with its words', () => {
  const waits = release([condition('Ready', 'False', 'InstallFailed', 'connection refused')]);
  expect(readinessOf(waits)).toEqual({ pending: 'HelmRelease n/x is not Ready (InstallFailed: connection refused)' });
});

test.each([
  [object('apps/v1', 'Deployment', { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 1 }), false],
  [
    object('apps/v1', 'Deployment', { observedGeneration: 2, updatedReplicas: 2, readyReplicas: 1 }, { replicas: 2 }),
    false,
  ],
  [
    object('apps/v1', 'Deployment', { observedGeneration: 2, updatedReplicas: 2, readyReplicas: 2 }, { replicas: 2 }),
    true,
  ],
  [object('apps/v1', 'DaemonSet', { observedGeneration: 2, desiredNumberScheduled: 0 }), false],
  [object('batch/v1', 'Job', { active: 1 }), false],
  [object('batch/v1', 'Job', { conditions: [condition('Complete', 'True')] }), true],
  [object('postgresql.cnpg.io/v1', 'Cluster', { phase: 'Setting up primary' }), false],
  [object('postgresql.cnpg.io/v1', 'Cluster', { phase: 'Cluster in healthy state' }), true],
  [object('pkg.crossplane.io/v1', 'Provider', { conditions: [condition('Installed', 'True')] }), false],
  [object('cert-manager.io/v1', 'Certificate', {}), false],
  [object('v1', 'ConfigMap', undefined), true],
  [object('source.toolkit.fluxcd.io/v1', 'HelmRepository', {}), true],
])('%#: by the rule of its kind', (seen, ready) => {
  expect('ready' in readinessOf(seen)).toBe(ready);
});

test('a failed Job cannot recover', () => {
  const job = object('batch/v1', 'Job', { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded')] });
  expect(readinessOf(job)).toMatchObject({ failed: expect.stringContaining('failed') });
});

test('a Deployment that does not come up is explained by its Pod', async () => {
  const kube = fakeKube();
  kube.put(object('apps/v1', 'Deployment', { observedGeneration: 2, updatedReplicas: 1, readyReplicas: 0 }));
  const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image' };
  kube.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'x-abc', namespace: 'n' },
    status: { containerStatuses: [{ name: 'c', state: { waiting } }] },
  });
  const why = await whyNotRolledOut(kube, [{ kind: 'Deployment', namespace: 'n', name: 'x' }]);
  expect(why).toBe('Deployment n/x 0/1 ready: Pod x-abc: ImagePullBackOff Back-off pulling image');
});

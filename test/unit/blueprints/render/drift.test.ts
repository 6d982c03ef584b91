import { expect, it } from 'vitest';
import { driftOf } from '../../../../src/blueprints/render/drift.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';

const release = (values: object, more: object = {}): KubeObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'a', namespace: 'flux-system' },
  spec: { interval: '15m', values, ...more },
});

it('tells the field, what the tree has and what lives', () => {
  expect(
    driftOf(release({ replicas: 1, deep: { list: ['a', 'b'] } }), release({ replicas: 2, deep: { list: ['a', 'c'] } })),
  ).toEqual([
    { path: 'spec.values.replicas', wanted: 1, live: 2 },
    { path: 'spec.values.deep.list[1]', wanted: 'b', live: 'c' },
  ]);
});

it('tells values that somebody added, but not what a server or controller writes', () => {
  const live = release({ replicas: 1, debug: { on: true } }, { suspend: false });
  live.metadata.resourceVersion = '7';
  expect(driftOf(release({ replicas: 1 }), { ...live, status: { conditions: [] } })).toEqual([
    { path: 'spec.values.debug', wanted: undefined, live: { on: true } },
  ]);
});

it.each([
  ['a quantity in another form', { memory: '1024Mi', cpu: '1000m' }, { memory: '1Gi', cpu: 1 }],
  ['an empty map that a server drops', { affinity: {} }, {}],
  ['null for what is not there', { a: null }, {}],
])('takes %s for the same', (_, wanted, live) => {
  expect(driftOf(release(wanted), release(live))).toEqual([]);
});

it.each<[string, KubeObject, KubeObject]>([
  [
    'a Secret',
    { ...release({}), kind: 'Secret', data: { key: 'b3Vycw==' } },
    { ...release({}), kind: 'Secret', data: { key: 'dGhlaXJz' } },
  ],
  ['a secret-looking value', release({ auth: { password: 'ours' } }), release({ auth: { password: 'theirs' } })],
  ['a secret below what was added', release({}), release({ auth: { user: 'a', password: 'theirs' } })],
  ['a secret that was added', release({ auth: {} }), release({ auth: { token: { inner: 'theirs' } } })],
])('masks %s', (_, wanted, live) => {
  const drift = driftOf(wanted, live);
  expect(drift).toHaveLength(1);
  expect(JSON.stringify(drift)).not.toMatch(/ours|theirs|b3Vy|dGhl/);
});

it('leaves a ConfigMap alone that the tree has empty for a program to fill', () => {
  const map = (data?: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    ...(data ? { data } : {}),
  });
  expect(driftOf(map(), map({ state: 'done' }))).toEqual([]);
  expect(driftOf(map({ own: 'x' }), map({ own: 'x', other: 'y' }))).toMatchObject([{ path: 'data.other' }]);
});

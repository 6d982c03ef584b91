import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../../src/mother/discover.js';
import { leftOf } from '../../../../src/verification/experiment/mother/sightings.js';
import { watchMother } from '../../../../src/verification/experiment/mother/watch.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { memoryCluster } from '../../handover/rig.js';

const labels = { app: 'catalyst-api' };
const namespace = 'catalyst';
const object = (apiVersion: string, kind: string, name: string, more: object = {}): KubeObject => {
  const { metadata, ...rest } = more as Partial<KubeObject>;
  return { apiVersion, kind, metadata: { name, namespace, uid: name, ...metadata }, ...rest };
};
const deployment = object('apps/v1', 'Deployment', 'catalyst-api', {
  metadata: {
    generation: 3,
    managedFields: [
      { manager: 'catalyst', time: '2026-11-22T10:00:00Z' },
      { manager: 'kubectl-scale', time: '2026-11-22T10:05:00Z' },
      { manager: 'kube-controller-manager', time: '2026-11-22T10:06:00Z', subresource: 'status' },
    ],
  },
  spec: { replicas: 0, template: { metadata: { labels: { ...labels, tier: 'api' } } } },
  status: { replicas: 0 },
});
const service = object('v1', 'Service', 'catalyst-api', { spec: { selector: labels } });
const catalyst = {
  namespace,
  labels,
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'catalyst-api' },
} as unknown as CatalystOnMother;

/** What one look sees beside Deployment and Service. */
async function seen(...objects: KubeObject[]) {
  const cluster = memoryCluster([deployment, service, ...objects]);
  const { signal } = new AbortController();
  const watching = watchMother(cluster.kube, {
    catalyst,
    undoJob: () => 'catalyst/undo',
    clock: hurriedClock(),
    now: () => 1000,
    signal,
  });
  await watching.look();
  await watching.stop();
  return watching.watch.sightings.at(-1)!;
}

describe('a look at the mother', () => {
  it('sees nothing left of a catalyst-api at 0, and who scaled it', async () => {
    const sighting = await seen();
    expect(leftOf(sighting)).toEqual([]);
    expect(sighting.deployment).toMatchObject({
      generation: 3,
      replicas: 0,
      by: 'kubectl-scale at 2026-11-22T10:05:00Z',
    });
    expect(sighting.undo).toBeUndefined();
  });

  const owner = {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'catalyst-api', uid: 'catalyst-api' }],
  };
  const sliced = { labels: { 'kubernetes.io/service-name': 'catalyst-api' } };
  it.each<[string, KubeObject, RegExp]>([
    [
      'its own Pod',
      object('v1', 'Pod', 'catalyst-api-1', { metadata: { labels: { ...labels, tier: 'api' } } }),
      /Pod catalyst\/catalyst-api-1$/,
    ],
    [
      'a Pod that is ending',
      object('v1', 'Pod', 'a', { metadata: { labels, deletionTimestamp: 'now' } }),
      /Pod catalyst\/a \(ending\)/,
    ],
    [
      'the Pod of another Deployment behind its Service',
      object('v1', 'Pod', 'other-1', { metadata: { labels } }),
      /Pod catalyst\/other-1/,
    ],
    [
      'a ReplicaSet that asks for Pods',
      object('apps/v1', 'ReplicaSet', 'set', { metadata: owner, spec: { replicas: 1 } }),
      /ReplicaSet set: 0 of 1/,
    ],
    [
      'an endpoint without a Pod',
      object('discovery.k8s.io/v1', 'EndpointSlice', 'x', {
        metadata: sliced,
        endpoints: [{ addresses: ['192.0.2.9'] }],
      }),
      /192\.0\.2\.9 in EndpointSlice x/,
    ],
    [
      'an endpoint that is ending and still serves',
      object('discovery.k8s.io/v1', 'EndpointSlice', 'x', {
        metadata: sliced,
        endpoints: [{ addresses: ['192.0.2.9'], conditions: { ready: false, serving: true, terminating: true } }],
      }),
      /192\.0\.2\.9/,
    ],
    [
      'Endpoints made by hand',
      object('v1', 'Endpoints', 'catalyst-api', { subsets: [{ addresses: [{ ip: '192.0.2.9' }] }] }),
      /in Endpoints/,
    ],
  ])('sees %s', async (_, left, told) => {
    expect(leftOf(await seen(left))).toEqual([expect.stringMatching(told)]);
  });

  it.each<[string, KubeObject]>([
    ['a Pod that has ended', object('v1', 'Pod', 'a', { metadata: { labels }, status: { phase: 'Succeeded' } })],
    ['a Pod of somebody else', object('v1', 'Pod', 'a', { metadata: { labels: { app: 'ui' } } })],
    [
      'the endpoints of another Service',
      object('discovery.k8s.io/v1', 'EndpointSlice', 'x', { endpoints: [{ addresses: ['192.0.2.9'] }] }),
    ],
    // what a real API server says of a list that has nothing in it
    [
      'an EndpointSlice with none',
      object('discovery.k8s.io/v1', 'EndpointSlice', 'x', { metadata: sliced, endpoints: null }),
    ],
    ['Endpoints with none', object('v1', 'Endpoints', 'catalyst-api', { subsets: null })],
    ['an old ReplicaSet', object('apps/v1', 'ReplicaSet', 'set', { metadata: owner, spec: { replicas: 0 } })],
  ])('takes %s for nothing', async (_, other) => {
    expect(leftOf(await seen(other))).toEqual([]);
  });

  it('knows whether the undo is armed, and whether it has ended', async () => {
    const job = (status: object) =>
      object('batch/v1', 'Job', 'undo', { metadata: { annotations: { 'catalyst.openova.io/armed': 'true' } }, status });
    expect((await seen(job({}))).undo).toEqual({ uid: 'undo', armed: true, ended: false });
    expect((await seen(job({ conditions: [{ type: 'Complete', status: 'True' }] }))).undo).toMatchObject({
      ended: true,
    });
  });
});

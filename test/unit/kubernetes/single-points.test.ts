import { expect, it } from 'vitest';
import { placedObjects } from '../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { singlePointsOf, singlePointsText } from '../../../src/kubernetes/single-points.js';
import { blueprints, omantel } from '../blueprints/rig.js';

const workload = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, namespace: 'shop' },
  spec,
});
const claim = { template: { spec: { volumes: [{ persistentVolumeClaim: { claimName: 'data' } }] } } };

it('names what has one replica, and whose volume is on one node', () => {
  const points = singlePointsOf([
    workload('Deployment', 'one', {}),
    workload('Deployment', 'off', { replicas: 0 }),
    workload('Deployment', 'two', { replicas: 2 }),
    workload('Deployment', 'shared', { replicas: 2, ...claim }),
    workload('StatefulSet', 'single', { replicas: 1, volumeClaimTemplates: [{}] }),
    workload('StatefulSet', 'three', { replicas: 3, volumeClaimTemplates: [{}] }),
    workload('DaemonSet', 'everywhere', {}),
  ]);
  expect(singlePointsText(points)).toBe(
    [
      'Deployment shop/one (one replica)',
      'Deployment shop/shared (all replicas share a volume, which is on one node)',
      'StatefulSet shop/single (one replica, and its volume is on one node)',
    ].join(', '),
  );
});

it.each(['solo', 'ha'] as const)('of the tree itself, with the profile %s', async (profile) => {
  const all = await blueprints();
  const objects = placedObjects(
    renderTree(
      omantel(() => ({ profile })),
      all,
    ),
    all,
  ).map(({ object }) => object);
  const whats = singlePointsOf(objects).map(({ what }) => what);
  expect(whats).toContain('Deployment powerdns/pool-domain-manager');
  expect(whats.includes('Cluster gitea/gitea-pg')).toBe(profile === 'solo');
});

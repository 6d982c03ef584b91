/** Probes: what a killed proof left is removed before the next one looks, whatever its kind. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { probeNamespace, probeNamespaceObject, withProbes } from '../../../../src/walk/probes/probe-objects.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

const probe = (kind: string, name: string, value = ''): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: probeNamespace },
  data: { value },
});

/** A cluster that deletes, but keeps those of `slow` as one whose finalizer is still at work does. */
function cluster(left: readonly KubeObject[], slow: readonly string[] = []) {
  const kube = fakeKube();
  for (const object of left) kube.put(object);
  const removed: string[] = [];
  kube.delete = async ({ kind, namespace, name }) => {
    removed.push(`${kind} ${name}`);
    if (slow.includes(name)) return true;
    return kube.objects.delete(`${kind} ${namespace ? `${namespace}/` : ''}${name}`);
  };
  return { kube, removed };
}

it('removes leftovers last-to-first, then makes its own; the shared namespace stays', async () => {
  const objects = [probeNamespaceObject(), probe('Secret', 'probe-a', 'new'), probe('ConfigMap', 'probe-b', 'new')];
  const old = [probeNamespaceObject(), probe('Secret', 'probe-a', 'old'), probe('ConfigMap', 'probe-b', 'old')];
  const { kube, removed } = cluster(old);
  const { world } = await fakeWorld({ cluster: kube });
  const { context, done } = fakeContext(world);
  await withProbes(kube, context, objects, async () => {
    expect(removed).toEqual(['ConfigMap probe-b', 'Secret probe-a']);
    expect([...kube.objects.values()].map((object) => object['data']?.value)).toEqual([undefined, 'new', 'new']);
  });
  expect(done.slice(0, 2)).toEqual([
    `remove the probe ConfigMap ${probeNamespace}/probe-b`,
    `remove the probe Secret ${probeNamespace}/probe-a`,
  ]);
  expect([...kube.objects.keys()]).toEqual([`Namespace ${probeNamespace}`]);
});

it('makes nothing while a leftover is still going', async () => {
  const object = probe('Secret', 'probe-a', 'new');
  const { kube } = cluster([probe('Secret', 'probe-a', 'old')], ['probe-a']);
  const { world } = await fakeWorld({ cluster: kube });
  const { context } = fakeContext(world);
  const looked = withProbes(kube, context, [object], async () => 'looked');
  await expect(looked).rejects.toThrow(/Secret catalyst-probes\/probe-a of an earlier proof to go/);
  expect(kube.applied).toEqual([]);
});

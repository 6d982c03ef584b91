import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { podComesBack } from '../../../../src/verification/experiment/exercised/eviction.js';
import { findPull } from '../../../../src/verification/experiment/exercised/image-pull.js';
import { fakeGate, fakeWorld } from '../../../fakes/fake-world.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';
import { memoryCluster } from '../../handover/rig.js';

const set = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'trivy-1', uid: 's' }];
const pod = (name: string, ready: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'trivy-system', uid: name, ownerReferences: set },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

/** A cluster whose controller puts `next` in place of what is evicted. */
function rig(next: KubeObject | undefined) {
  const cluster = memoryCluster([pod('trivy-a', true)]);
  const asked: unknown[] = [];
  const { delete: remove } = cluster.kube;
  cluster.kube.delete = async (ref, options) => {
    asked.push(options);
    if (next) cluster.objects.set('next', next);
    return remove(ref, options);
  };
  const clock = orderedClock();
  const world = fakeWorld({ clock, kube: async () => cluster.kube });
  return {
    asked,
    evict: () => podComesBack(world, fakeGate({ kube: async () => cluster.kube }).context, world.signal),
  };
}

describe('the eviction of a Pod', () => {
  it('goes by the Eviction API, and ends when another Pod is Ready in its place', async () => {
    const { asked, evict } = rig(pod('trivy-b', true));
    expect(await evict()).toMatch(/trivy-a was evicted; trivy-b took its place/);
    expect(asked).toEqual([{ evict: true }]);
  });

  it.each([
    ['no other Pod comes', undefined],
    ['the other Pod never becomes Ready', pod('trivy-b', false)],
  ])('fails when %s, however ready the Deployment still says that it is', async (_, next) => {
    await expect(rig(next).evict()).rejects.toMatchObject({ code: 'E4003' });
  });
});

describe('the image that a node does not have', () => {
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
  const node = (name: string, ...images: string[]): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: { images: images.map((one) => ({ names: [`registry/x@${digest(one)}`] })) },
  });
  const running = (letter: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p-${letter}`, namespace: 'catalyst-system' },
    status: { containerStatuses: [{ imageID: `containerd://registry/x@${digest(letter)}` }] },
  });
  const find = (...objects: KubeObject[]) => findPull({ kube: async () => memoryCluster(objects).kube });

  it('is one that another node runs', async () => {
    const found = await find(node('one', 'a', 'b'), node('two', 'b'), running('b'), running('a'));
    expect(found).toEqual({ node: 'two', image: `registry/x@${digest('a')}` });
  });

  it('is told not to be there, rather than claimed', async () => {
    expect(await find(node('one', 'a'), running('a'))).toEqual({ none: expect.stringContaining('every node') });
    expect(await find(node('one'), running('a'))).toEqual({ none: expect.stringContaining('not in this world') });
  });
});

/** Storage needs nobody: a new volume is made for a Pod. */
import type { Mutation } from '../../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { probeImages } from '../../../walk/probes/probe-images.js';
import {
  makeProbeNamespace,
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  withProbes,
} from '../../../walk/probes/probe-objects.js';
import type { Acting } from '../../../world/step.js';
import type { World } from '../../../world/world.js';

const waitMs = 240_000;

const name = 'probe-volume';
const metadata = { name, namespace: probeNamespace };
const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata,
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
};
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: {
    containers: [{ name: 'whoami', image: probeImages.web, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
  },
};

/** Plan of `claimIsBound`. */
export const volumeMutations: readonly Mutation[] = [makeProbeNamespace, ...probeMutations([claim, pod])];

/** A new PersistentVolumeClaim is bound for a Pod that mounts it. */
export async function claimIsBound(world: World, context: Acting, signal: AbortSignal): Promise<string> {
  const { act } = context;
  const kube = await world.kube();
  await act(makeProbeNamespace, async (writers) => (await writers.sovereign()).apply([probeNamespaceObject()]));
  return withProbes(kube, context, [claim, pod], async () => {
    await kube.waitFor(refOfObject(claim), {
      reason: `PersistentVolumeClaim ${probeNamespace}/${name} to be bound`,
      timeoutMs: waitMs,
      signal,
      look: (seen) =>
        seen?.status?.phase === 'Bound' ? { done: true } : { pending: seen?.status?.phase ?? 'not there' },
    });
    return 'a new PersistentVolumeClaim was bound for a Pod';
  });
}

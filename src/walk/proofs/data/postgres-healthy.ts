/** bp-cnpg: a Cluster of one instance becomes healthy. */
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import type { ProofOf } from '../proof.js';

const cluster: KubeObject = {
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'probe-pg', namespace: probeNamespace },
  spec: { instances: 1, storage: { size: '1Gi' }, resources: { requests: { cpu: '50m', memory: '128Mi' } } },
};

export const postgresHealthy: ProofOf = (world) => {
  const objects = [probeNamespaceObject(), cluster];
  return {
    plan: () => probeMutations(objects),
    async take(context) {
      const kube = await world.kube();
      await withProbes(context, objects, () =>
        kube.waitFor<true>(refOfObject(cluster), {
          reason: 'Cluster catalyst-probes/probe-pg healthy',
          timeoutMs: 300_000,
          look: (object) =>
            object?.status?.phase === 'Cluster in healthy state'
              ? { done: true }
              : { pending: String(object?.status?.phase ?? 'not observed yet') },
        }),
      );
      return { summary: 'a Postgres Cluster became healthy', facts: {} };
    },
  };
};

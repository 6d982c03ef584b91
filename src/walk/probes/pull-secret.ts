/** The login for private registries in the namespace of the probes: a copy of the one that Flux pulls with. */
import { fluxNamespace, pullLabel } from '../../blueprints/charts/chart-source.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { probeNamespace } from './probe-objects.js';

/** Undefined where the tree pulls without a login. Its values go from the cluster to the cluster. */
export async function probePullSecret(kube: Pick<Kube, 'list'>): Promise<KubeObject | undefined> {
  const [found] = await kube.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: fluxNamespace,
    labelSelector: `${pullLabel}=true`,
  });
  if (found === undefined) return undefined;
  const { name } = found.metadata;
  const labels = { 'app.kubernetes.io/managed-by': 'catalyst' };
  const { type, data } = found as KubeObject & { type?: string; data?: Record<string, string> };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: probeNamespace, labels }, type, data };
}

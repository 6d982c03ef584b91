/** #378: Crossplane's core CRDs are Established and every Provider of the tree is Healthy. */
import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { disproved, type ProofOf } from '../proof.js';

const coreCrds = [
  'compositeresourcedefinitions.apiextensions.crossplane.io',
  'compositions.apiextensions.crossplane.io',
  'providers.pkg.crossplane.io',
  'functions.pkg.crossplane.io',
];

export const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  (object?.status?.conditions ?? []).some(
    (condition: { type: string; status: string }) => condition.type === type && condition.status === 'True',
  );

export const providerHealthy: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const kube = await world.kube();
    for (const name of coreCrds) {
      const crd = await kube.get({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name });
      if (!isTrue(crd, 'Established'))
        throw disproved('#378', `CRD ${name} Established`, crd ? 'not Established' : 'no such CRD');
    }
    const providers = await kube.list({ apiVersion: 'pkg.crossplane.io/v1', kind: 'Provider' });
    if (providers.length === 0) throw disproved('#378', 'at least one Provider', 'none');
    for (const provider of providers) await healthy(kube, provider.metadata.name);
    const names = providers.map((provider) => provider.metadata.name);
    return { summary: `core CRDs Established, ${names.join(', ')} Healthy`, facts: { providers: names } };
  },
});

function healthy(kube: Kube, name: string): Promise<true> {
  return kube.waitFor<true>(
    { apiVersion: 'pkg.crossplane.io/v1', kind: 'Provider', name },
    {
      reason: `Provider ${name} Healthy`,
      timeoutMs: 300_000,
      look: (provider) =>
        isTrue(provider, 'Healthy') ? { done: true } : { pending: `Provider ${name} is not Healthy yet` },
    },
  );
}

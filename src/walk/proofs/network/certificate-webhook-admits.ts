/** bp-cert-manager: CRDs are served, the webhook admits a good Certificate and refuses a bad one, cainjector has patched it. */
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { isTrue } from '../cluster/provider-healthy.js';
import { disproved, type ProofOf } from '../proof.js';

const crds = ['certificates', 'certificaterequests', 'issuers', 'clusterissuers'].map(
  (plural) => `${plural}.cert-manager.io`,
);

const certificate = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name: 'probe-certificate', namespace: probeNamespace },
  spec: { secretName: 'probe-certificate', issuerRef: { name: 'probe', kind: 'ClusterIssuer' }, ...spec },
});

export const certificateWebhookAdmits: ProofOf = (world) => ({
  plan: () => probeMutations([probeNamespaceObject()]),
  async take(context) {
    const kube = await world.kube();
    for (const name of crds) {
      const crd = await kube.get({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name });
      if (!isTrue(crd, 'Established'))
        throw disproved('bp-cert-manager', `CRD ${name} Established`, crd ? 'not Established' : 'no such CRD');
    }
    await kube.waitFor<true>(
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        name: 'cert-manager-webhook',
      },
      {
        reason: 'cainjector to patch the webhook',
        timeoutMs: 180_000,
        look: (hook) =>
          (hook?.webhooks ?? []).some((one: { clientConfig?: { caBundle?: string } }) => one.clientConfig?.caBundle)
            ? { done: true }
            : { pending: 'no caBundle on cert-manager-webhook yet' },
      },
    );
    await withProbes(kube, context, [probeNamespaceObject()], async () => {
      await kube.tryApply([certificate({ dnsNames: [`probe.${world.sovereign.spec.fqdn}`] })]);
      const refusal = await kube.tryApply([certificate({ dnsNames: [] })]).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refusal === undefined)
        throw disproved('bp-cert-manager', 'a Certificate without any name to be refused', 'it was admitted');
      if (!isCatalystError(refusal, 'E3102')) throw refusal;
    });
    return {
      summary: 'CRDs served, webhook admits a good Certificate and refuses a bad one, cainjector has patched',
      facts: { crds },
    };
  },
});

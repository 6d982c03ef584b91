/** bp-sealed-secrets: a probe sealed with the controller's public key is unsealed into a Secret. */
import { randomBytes, X509Certificate } from 'node:crypto';
import { activeSealingKey, seal } from '../../../blueprints/render/seal.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { waitUntil } from '../../../support/wait.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { holdsValue } from '../holds-value.js';
import type { ProofOf } from '../proof.js';

const name = 'probe-sealed';

const sealedSecret = (sealed: string): KubeObject => ({
  apiVersion: 'bitnami.com/v1alpha1',
  kind: 'SealedSecret',
  metadata: { name, namespace: probeNamespace },
  spec: { encryptedData: { value: sealed }, template: { metadata: { name, namespace: probeNamespace } } },
});

export const sealedProbeUnseals: ProofOf = (world) => ({
  plan: () => probeMutations([probeNamespaceObject(), sealedSecret('')]),
  async take(context) {
    const kube = await world.kube();
    // The controller makes its key at its first start, a moment after it is ready.
    const newest = await waitUntil<KubeObject>({
      reason: 'the sealing key of the controller',
      timeoutMs: 120_000,
      clock: world.clock,
      signal: world.signal,
      look: async () => {
        const keys = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector: activeSealingKey });
        const [newest] = keys.sort((a, b) =>
          String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)),
        );
        return newest?.data?.['tls.crt'] ? { done: newest } : { pending: 'no active sealing key yet' };
      },
    });
    const value = randomBytes(12).toString('hex');
    world.redactor.register(value);
    const sealed = sealedSecret(
      seal(new X509Certificate(Buffer.from(newest.data?.['tls.crt'], 'base64')).publicKey, probeNamespace, name, value),
    );
    await withProbes(context, [probeNamespaceObject(), sealed], () =>
      kube.waitFor<true>(
        { ...refOfObject(sealed), apiVersion: 'v1', kind: 'Secret' },
        {
          reason: 'the sealed probe to be unsealed',
          timeoutMs: 120_000,
          look: (secret) => holdsValue(secret, value),
        },
      ),
    );
    return { summary: 'a sealed probe was unsealed to its value', facts: { key: newest.metadata.name } };
  },
});

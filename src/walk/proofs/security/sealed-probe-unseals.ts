/**
 * bp-sealed-secrets: a Secret that was there first becomes what a SealedSecret says, and follows each change of it. The sealing keys of
 * that moment are then kept in the store: what is sealed with a key that is lost is lost.
 */
import { randomBytes } from 'node:crypto';
import { handedToGit, sealedSecretOf } from '../../../blueprints/render/seal.js';
import type { Mutation } from '../../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { waitUntil } from '../../../support/wait.js';
import { sealingCertificate } from '../../credentials/seal-tree.js';
import { keepSealingKeys, sealingKeys } from '../../credentials/sealing-keys.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { holdsValue } from '../holds-value.js';
import type { ProofOf } from '../proof.js';

const secretWith = (value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'probe-sealed', namespace: probeNamespace, annotations: { ...handedToGit } },
  type: 'Opaque',
  data: { value: Buffer.from(value).toString('base64') },
});

const sealedName = { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: secretWith('').metadata };
const changes: Mutation = {
  target: { system: 'sovereign', kind: 'SealedSecret', name: 'probe-sealed', namespace: probeNamespace },
  sentence: `change the probe SealedSecret ${probeNamespace}/probe-sealed`,
};

export const sealedProbeUnseals: ProofOf = (world) => ({
  plan: () => [...probeMutations([probeNamespaceObject(), secretWith(''), sealedName]), changes],
  async take(context) {
    const kube = await world.kube();
    // The controller makes its key at its first start, a moment after it is ready.
    await waitUntil<true>({
      reason: 'the sealing key of the controller',
      timeoutMs: 120_000,
      clock: world.clock,
      signal: world.signal,
      look: async () =>
        (await sealingKeys(kube)).length > 0 ? { done: true } : { pending: 'no active sealing key yet' },
    });
    const { publicKey } = await sealingCertificate(kube);
    const [first = '', sealed = '', changed = ''] = [0, 1, 2].map(() => randomBytes(12).toString('hex'));
    for (const value of [first, sealed, changed]) world.redactor.register(value);
    const becomes = (value: string, what: string) =>
      kube.waitFor<true>(refOfObject(secretWith('')), {
        reason: what,
        timeoutMs: 120_000,
        look: (secret) => holdsValue(secret, value),
      });
    const objects = [probeNamespaceObject(), secretWith(first), sealedSecretOf(secretWith(sealed), publicKey)];
    await withProbes(kube, context, objects, async () => {
      await becomes(sealed, 'the sealed probe to change the Secret that was there before it');
      await context.act(changes, async (writers) =>
        (await writers.sovereign()).apply([sealedSecretOf(secretWith(changed), publicKey)], { forceConflicts: true }),
      );
      await becomes(changed, 'the changed probe to change its Secret');
    });
    const { names, added } = await keepSealingKeys(world);
    const kept = added.length > 0 ? `${added.length} new in the store (${added.join(', ')})` : 'none is new';
    return {
      summary: `a sealed probe changed a Secret that was there before it, and again when it was changed; of ${names.length} sealing keys ${kept}`,
      facts: { keys: names, added },
    };
  },
});

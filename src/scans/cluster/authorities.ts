/** Which certificate authorities are of one cluster and of no other: by what it gives to Pods. */
import type { Kube } from '../../kubernetes/client/kube.js';
import { parseChain } from '../../support/certificate-chain.js';
import { fingerprintOf } from '../text/decode.js';

/** Fingerprints of the authorities of `kube` that `other` does not have too. */
export async function authoritiesOnlyOf(kube: Kube, other: Kube): Promise<string[]> {
  const [own, others] = await Promise.all([authoritiesIn(kube), authoritiesIn(other)]);
  return own.filter((one) => !others.includes(one));
}

async function authoritiesIn(kube: Kube): Promise<string[]> {
  const root = await kube.get({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'kube-system',
    name: 'kube-root-ca.crt',
  });
  const pem = String(root?.data?.['ca.crt'] ?? '');
  return pem.includes('BEGIN') ? parseChain(pem).map(fingerprintOf) : [];
}

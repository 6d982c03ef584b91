/** #373: the wildcard Certificate is Ready and its chain verifies against the authorities that a visitor trusts. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { secretValues } from '../../../kubernetes/secret-values.js';
import { isTrue } from '../cluster/provider-healthy.js';
import { disproved, type ProofOf } from '../proof.js';

const ref = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', namespace: 'traefik', name: 'wildcard' };

export const wildcardVerifies: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn, access } = world.sovereign.spec;
    const kube = await world.kube();
    const certificate = await kube.waitFor(ref, {
      reason: 'the wildcard Certificate Ready',
      timeoutMs: 600_000,
      look: (object) => {
        if (isTrue(object, 'Ready') && object) return { done: object.spec.secretName as string };
        const ready = (object?.status?.conditions ?? []).find((one: { type: string }) => one.type === 'Ready');
        return {
          pending: object ? `${ready?.reason ?? 'not observed yet'} ${ready?.message ?? ''}` : 'no Certificate yet',
        };
      },
    });
    const pem = await secretValues(kube, ref.namespace, String(certificate), ['tls.crt']);
    const chain = pem['tls.crt']
      .split(/(?=-----BEGIN CERTIFICATE-----)/)
      .filter((part) => part.includes('BEGIN'))
      .map((part) => new X509Certificate(part));
    const leaf = chain[0];
    if (!leaf) throw disproved('#373', 'a certificate in its Secret', 'none');
    const names = (leaf.subjectAltName ?? '').split(', ').map((name) => name.replace('DNS:', ''));
    for (const name of [fqdn, `*.${fqdn}`])
      if (!names.includes(name)) throw disproved('#373', `the name ${name}`, names.join(', '));
    const roots = [
      ...rootCertificates,
      ...(access.caBundle ?? '').split(/(?=-----BEGIN CERTIFICATE-----)/).filter((part) => part.includes('BEGIN')),
    ].map((part) => new X509Certificate(part));
    const broken = brokenChain(chain, roots, world.clock.now());
    if (broken) throw disproved('#373', 'a chain that verifies', broken);
    return {
      summary: `*.${fqdn} by ${chain.at(-1)!.issuer.replace(/\n/g, ' ')}, valid to ${leaf.validTo}`,
      facts: { names, serial: leaf.serialNumber, validTo: leaf.validTo },
    };
  },
});

/** Undefined when each certificate is signed by the next and the last by a root; else where it breaks. */
export function brokenChain(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: Date,
): string | undefined {
  for (const certificate of chain) {
    if (new Date(certificate.validTo) < now) return `${certificate.subject} has expired on ${certificate.validTo}`;
  }
  for (let index = 0; index + 1 < chain.length; index += 1) {
    if (!signedBy(chain[index]!, chain[index + 1]!))
      return `${chain[index]!.subject} is not signed by ${chain[index + 1]!.subject}`;
  }
  const last = chain.at(-1)!;
  return roots.some((root) => signedBy(last, root) || root.fingerprint256 === last.fingerprint256)
    ? undefined
    : `no trusted authority signed ${last.subject} (issuer ${last.issuer.replace(/\n/g, ' ')})`;
}

function signedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

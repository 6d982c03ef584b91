/** Chains of X.509 certificates in PEM. */
import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';

/** The certificates of a PEM, in its order. Throws for what is none. */
export function parseChain(pem: string): X509Certificate[] {
  return pem
    .split(/(?=-----BEGIN CERTIFICATE-----)/)
    .filter((part) => part.includes('BEGIN'))
    .map((part) => new X509Certificate(part));
}

/** Those that a visitor trusts, and the further ones of a bundle. */
export function rootsWith(bundle = ''): X509Certificate[] {
  return [...rootCertificates.map((one) => new X509Certificate(one)), ...parseChain(bundle)];
}

/** The DNS names that a certificate is for. */
export function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(', ').map((name) => name.replace('DNS:', ''));
}

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

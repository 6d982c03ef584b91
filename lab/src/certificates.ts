/** X.509 for the lab: its root, certificates signed by it, self-signed ones. Keys are ECDSA P-256 unless RSA is asked for, PKCS#8 PEM. */
import { randomBytes, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';

export interface CertificateAndKey {
  /** PEM, leaf first. */
  certificate: string;
  /** PKCS#8 PEM. */
  key: string;
}

export interface CertificateRequest {
  commonName: string;
  dnsNames?: readonly string[];
  ipAddresses?: readonly string[];
  isAuthority?: boolean;
  /** Subject organization: groups of a Kubernetes user. */
  organization?: string;
  /** RSA instead of ECDSA: what sealed-secrets encrypts with. */
  rsa?: boolean;
  /** Yesterday, unless given. */
  notBefore?: Date;
  /** In ten years, unless given: longer than any lab stands. */
  notAfter?: Date;
}

const day = 86_400_000;

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
} as const;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

// loaded late: most of the product never needs it
async function library(): Promise<typeof X509> {
  await import('reflect-metadata'); // the library's own containers need it first
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto as unknown as Crypto);
  return x509;
}

const pem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END ${label}-----\n`;

async function importKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(keyPem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, true, ['sign']);
}

/** Issues a certificate; without `issuer` it is self-signed. */
export async function issueCertificate(
  request: CertificateRequest,
  issuer?: CertificateAndKey,
): Promise<CertificateAndKey> {
  const x509 = await library();
  const algorithm = request.rsa ? RSA : ALGORITHM;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const parent = issuer ? new x509.X509Certificate(issuer.certificate) : undefined;
  const subject = new x509.Name([
    ...(request.organization ? [{ O: [request.organization] }] : []),
    { CN: [request.commonName.slice(0, 64)] },
  ]);
  const flags = x509.KeyUsageFlags;
  const made = await x509.X509CertificateGenerator.create({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    subject: subject.toString(),
    issuer: parent?.subject ?? subject.toString(),
    notBefore: request.notBefore ?? new Date(Date.now() - day),
    notAfter: request.notAfter ?? new Date(Date.now() + 3650 * day),
    signingAlgorithm: issuer ? ALGORITHM : algorithm,
    publicKey: keys.publicKey as unknown as CryptoKey,
    signingKey: (issuer ? await importKey(issuer.key) : keys.privateKey) as unknown as CryptoKey,
    extensions: [
      new x509.BasicConstraintsExtension(request.isAuthority ?? false, undefined, true),
      new x509.KeyUsagesExtension(
        request.isAuthority
          ? flags.keyCertSign | flags.cRLSign | flags.digitalSignature
          : flags.digitalSignature | flags.keyEncipherment,
        true,
      ),
      ...(request.isAuthority
        ? []
        : [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth])]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey as unknown as CryptoKey),
    ],
  });
  const key = pem('PRIVATE KEY', (await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)) as ArrayBuffer);
  return { certificate: `${made.toString('pem')}\n`, key };
}

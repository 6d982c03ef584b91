/** Keys and certificates of one real control plane. Each cluster has an authority of its own: the admin of one is nobody on the other. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toYaml } from 'catalyst/support/yaml/write-yaml.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';

export interface Pki {
  authority: CertificateAndKey;
  admin: CertificateAndKey;
  /** Path of a file: `ca.crt`, `apiserver.crt`, `apiserver.key`, `front-proxy.crt`, `sa.pub` … */
  file(name: string): string;
  /** Another client certificate of this cluster. */
  client(user: string, group?: string, valid?: { notBefore?: Date; notAfter?: Date }): Promise<CertificateAndKey>;
}

export async function createPki(options: {
  directory: string;
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
}): Promise<Pki> {
  const { directory, dnsNames, ipAddresses } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = (name: string) => join(directory, name);
  const write = (name: string, text: string) => writeFileSync(file(name), text, { mode: 0o600 });
  const keep = (name: string, pair: CertificateAndKey) => {
    write(`${name}.crt`, pair.certificate);
    write(`${name}.key`, pair.key);
    return pair;
  };
  const [authority, frontProxyAuthority] = await Promise.all([
    issueCertificate({ commonName: 'kubernetes', isAuthority: true }),
    issueCertificate({ commonName: 'front-proxy', isAuthority: true }),
  ]);
  const client: Pki['client'] = (user, group, dates = {}) =>
    issueCertificate({ commonName: user, ...(group ? { organization: group } : {}), ...dates }, authority);
  const [server, admin, manager, scheduler, frontProxy] = await Promise.all([
    issueCertificate({ commonName: 'kube-apiserver', dnsNames, ipAddresses }, authority),
    client('system:admin', 'system:masters'),
    client('system:kube-controller-manager'),
    client('system:kube-scheduler'),
    issueCertificate({ commonName: 'front-proxy-client' }, frontProxyAuthority),
  ]);
  keep('ca', authority);
  keep('front-proxy-ca', frontProxyAuthority);
  keep('apiserver', server);
  keep('admin', admin);
  keep('controller-manager', manager);
  keep('scheduler', scheduler);
  keep('front-proxy', frontProxy);
  const account = generateKeyPairSync('rsa', { modulusLength: 2048 });
  write('sa.key', account.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  write('sa.pub', account.publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return { authority, admin, file, client };
}

/** Text of a kubeconfig with everything in it. */
export function kubeconfigText(options: {
  name: string;
  server: string;
  authority: string;
  credentials: CertificateAndKey | { token: string };
  tlsServerName?: string;
  namespace?: string;
}): string {
  const { name, server, authority, credentials, tlsServerName, namespace } = options;
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const user =
    'token' in credentials
      ? { token: credentials.token }
      : {
          'client-certificate-data': base64(credentials.certificate),
          'client-key-data': base64(credentials.key),
        };
  return toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name,
        cluster: {
          server,
          'certificate-authority-data': base64(authority),
          ...(tlsServerName ? { 'tls-server-name': tlsServerName } : {}),
        },
      },
    ],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace ? { namespace } : {}) } }],
    'current-context': name,
  });
}

/** The API server as OpenBao knows it: reviews of tokens, and the Pod on which a server writes what it is. */
import { createServer, type Server } from 'node:https';
import { type CertificateAndKey, issueCertificate } from '../../../lab/src/certificates.js';

export interface KubernetesStub {
  port: number;
  /** Of its certificate. */
  authority: CertificateAndKey;
  /** Pod → labels that were written on it. */
  labels: Map<string, Record<string, string>>;
  close(): void;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of that ServiceAccount: the claims that OpenBao reads itself; nobody checks its signature but the review. */
export function tokenOf(namespace: string, name: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    ...{ iat: now, nbf: now, exp: now + 3600 },
    iss: 'https://kubernetes.default.svc',
    sub: `system:serviceaccount:${namespace}:${name}`,
    'kubernetes.io': { namespace, serviceaccount: { name, uid: `uid-of-${name}` } },
  };
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${Buffer.from('nobody').toString('base64url')}`;
}

export async function startKubernetesStub(address: string): Promise<KubernetesStub> {
  const authority = await issueCertificate({ commonName: 'kubernetes', isAuthority: true });
  const names = { dnsNames: ['kubernetes.default.svc'], ipAddresses: [address] };
  const { certificate, key } = await issueCertificate({ commonName: 'kube-apiserver', ...names }, authority);
  const labels: KubernetesStub['labels'] = new Map();
  const answer = (path: string, body: string): object => {
    const pod = /\/pods\/([^/?]+)/.exec(path)?.[1];
    if (pod) {
      const patches = body ? (JSON.parse(body) as { path: string; value: string }[]) : [];
      const written = patches.map(({ path: at, value }) => [at.split('/').at(-1), value]);
      labels.set(pod, { ...labels.get(pod), ...Object.fromEntries(written) });
      return { kind: 'Pod', apiVersion: 'v1', metadata: { name: pod, namespace: 'openbao', labels: labels.get(pod) } };
    }
    const { token } = (JSON.parse(body) as { spec: { token: string } }).spec;
    const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
    const [, , namespace, name] = sub.split(':');
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'];
    const user = { username: sub, uid: `uid-of-${name}`, groups };
    return { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', status: { authenticated: true, user } };
  };
  const server: Server = createServer({ cert: certificate, key }, (request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer(request.url ?? '', body)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the stub of the API server has no port');
  return {
    ...{ port: at.port, authority, labels },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

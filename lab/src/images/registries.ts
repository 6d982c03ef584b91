/**
 * The public registries by their names and over TLS: which images they have, and for whom. Tokens as the distribution project documents
 * them (docs/content/spec/auth/token.md, v3): anonymous ones for what is public, 401 without a login and 403 `denied` with a wrong one.
 */
import type { Clock } from 'catalyst/support/clock.js';
import { sha256 } from 'catalyst/support/hash.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';
import { passOn } from '../engines/forwarder.js';
import type { Faults } from '../requests/faults.js';
import { type LabRequest, type LabResponse, type LabServer, serve } from '../requests/http-server.js';
import type { RequestLog } from '../requests/request-log.js';
import { basicOf } from '../servers/registry/handler.js';
import { findImage, registryHosts, repositoryOf } from './known-images.js';

export interface Registries extends LabServer {
  hosts: readonly string[];
}

export async function openRegistries(options: {
  /** Signs what it shows. */
  authority: CertificateAndKey;
  /** Keeps the Crossplane packages that stand in for those that exist. */
  packages: { server: LabServer; repositories: readonly string[] };
  /** `user:password` by host. */
  logins: ReadonlyMap<string, string>;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
}): Promise<Registries> {
  const { authority, packages, logins, log, faults, clock } = options;
  const { certificate, key } = await issueCertificate(
    { commonName: registryHosts[0]!, dnsNames: [...registryHosts] },
    authority,
  );
  const server = await serve({
    name: 'packages',
    tls: { cert: certificate, key },
    log,
    faults,
    clock,
    handler: async (call) => {
      const host = (call.headers.host ?? '').replace(/:\d+$/, '');
      const [, repository = '', reference = ''] = /^\/v2\/(.+)\/(?:manifests|blobs)\/([^/]+)$/.exec(call.path) ?? [];
      const { server: kept, repositories } = packages;
      const known = reference.startsWith('sha256:') || findImage(host, repository, reference) !== undefined;
      if (known && repositories.includes(repository))
        return passOn(call, kept.endpoint, { host: `${kept.host}:${kept.port}` });
      return answer(call, host, logins);
    },
  });
  return { ...server, hosts: registryHosts };
}

const failure = (status: number, code: string, message: string, headers?: Record<string, string>): LabResponse => ({
  status,
  ...(headers ? { headers } : {}),
  body: { errors: [{ code, message }] },
});

function answer(call: LabRequest, host: string, logins: ReadonlyMap<string, string>): LabResponse {
  if (call.path === '/token') return token(call, host, logins);
  const route = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(call.path);
  const [, repository = '', reference = ''] = route ?? [];
  const challenge = `Bearer realm="https://${host}/token",service="${host}"${route ? `,scope="repository:${repository}:pull"` : ''}`;
  const may = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
  if (may === undefined || (route && may !== tokenFor(host, repository)))
    return failure(401, 'UNAUTHORIZED', 'authentication required', { 'www-authenticate': challenge });
  if (!route) return call.path === '/v2/' ? { status: 200, body: {} } : failure(404, 'NOT_FOUND', 'no such route');
  const found = findImage(host, repository, reference);
  if (!found) return failure(404, 'MANIFEST_UNKNOWN', 'manifest unknown');
  const digest = /sha256:[0-9a-f]{64}$/.exec(found.image)?.[0] ?? `sha256:${sha256(found.image)}`;
  const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json', 'docker-content-digest': digest };
  return call.method === 'HEAD' ? { status: 200, headers } : failure(404, 'MANIFEST_UNKNOWN', 'this lab has no layers');
}

const tokenFor = (host: string, repository: string) => sha256(`${host}/${repository}`);

function token(call: LabRequest, host: string, logins: ReadonlyMap<string, string>): LabResponse {
  const repository = /^repository:(.+):pull$/.exec(call.query.get('scope') ?? '')?.[1] ?? '';
  const basic = basicOf(call);
  const given = basic && `${basic.username}:${basic.password}`;
  if (given !== undefined && given !== logins.get(host)) return failure(403, 'DENIED', 'denied');
  if (given === undefined && repository !== '' && repositoryOf(host, repository) !== 'public')
    return failure(401, 'UNAUTHORIZED', 'authentication required');
  return { status: 200, body: { token: tokenFor(host, repository) } };
}

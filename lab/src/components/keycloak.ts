/** Keycloak: realms as their import says, discovery with the host that was configured, tokens for who knows the secret. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';
import { configurationOf } from './buckets.js';
import { type Component, environmentOf, text } from './component.js';

interface Realm {
  realm: string;
  clients?: { clientId: string; secret?: string; publicClient?: boolean }[];
  users?: { username: string; credentials?: { value?: string }[] }[];
}

export function keycloak(): Component {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    name: 'keycloak',
    emulates: (service) => /^keycloak/.test(service.metadata.name),
    handle(request, { lab, service, pods }) {
      const namespace = service.metadata.namespace!;
      if (request.path.startsWith('/health')) return { status: 200, body: { status: 'UP', checks: [] } };
      const [, name, rest = ''] = /^\/realms\/([^/]+)(\/.*)?$/.exec(request.path) ?? [];
      if (!name) return text(200, '<!doctype html><title>Keycloak</title>', { 'content-type': 'text/html' });
      const realm = realmsIn(lab, namespace).find((one) => one.realm === name);
      if (!realm) return { status: 404, body: { error: 'Realm does not exist' } };
      const issuer = `${originOf(request, pods, lab)}/realms/${name}`;
      if (rest === '/.well-known/openid-configuration') return { status: 200, body: discovery(issuer) };
      if (rest === '/protocol/openid-connect/certs')
        return {
          status: 200,
          body: { keys: [{ ...createPublicKey(key).export({ format: 'jwk' }), kid: 'lab', use: 'sig', alg: 'RS256' }] },
        };
      if (rest === '/protocol/openid-connect/token' && request.method === 'POST')
        return token(request, realm, issuer, namespace, lab, key);
      if (rest === '')
        return { status: 200, body: { realm: name, 'token-service': `${issuer}/protocol/openid-connect` } };
      return { status: 404, body: { error: 'not found' } };
    },
  };
}

const discovery = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/protocol/openid-connect/auth`,
  token_endpoint: `${issuer}/protocol/openid-connect/token`,
  userinfo_endpoint: `${issuer}/protocol/openid-connect/userinfo`,
  jwks_uri: `${issuer}/protocol/openid-connect/certs`,
  grant_types_supported: ['authorization_code', 'client_credentials', 'password', 'refresh_token'],
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
});

/** KC_HOSTNAME of the pods or of the release, else the host that was asked. */
function originOf(request: LabRequest, pods: readonly KubeObject[], lab: ReconcileContext): string {
  const fromEnvironment = pods.map((pod) => environmentOf(pod, lab)['KC_HOSTNAME']).find(Boolean);
  const configured =
    fromEnvironment ??
    /KC_HOSTNAME[\s\S]{0,40}?(https?:\/\/[a-z0-9.-]+)/.exec(
      configurationOf(lab, pods[0]?.metadata.namespace ?? ''),
    )?.[1];
  if (configured) return configured.startsWith('http') ? configured.replace(/\/$/, '') : `https://${configured}`;
  return `${request.headers['x-forwarded-proto'] ?? 'http'}://${request.headers['x-forwarded-host'] ?? request.headers.host}`;
}

/** Realm imports: JSON documents in ConfigMaps and Secrets of the namespace. */
function realmsIn(lab: ReconcileContext, namespace: string): Realm[] {
  const maps = lab.store
    .list('v1/ConfigMap', namespace)
    .flatMap((map) => Object.values((map.data ?? {}) as Record<string, string>));
  const secrets = lab.store
    .list('v1/Secret', namespace)
    .flatMap((secret) =>
      Object.values((secret.data ?? {}) as Record<string, string>).map((value) =>
        Buffer.from(value, 'base64').toString(),
      ),
    );
  return [...maps, ...secrets].flatMap((document) => {
    if (!document.trimStart().startsWith('{') || !document.includes('"realm"')) return [];
    try {
      const parsed = JSON.parse(document) as Realm;
      return parsed.realm ? [parsed] : [];
    } catch {
      return [];
    }
  });
}

function token(
  request: LabRequest,
  realm: Realm,
  issuer: string,
  namespace: string,
  lab: ReconcileContext,
  key: string,
): LabResponse {
  const form = new URLSearchParams(request.body.toString());
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const [user = '', ...rest] = basic ? Buffer.from(basic, 'base64').toString().split(':').map(decodeURIComponent) : [];
  const id = form.get('client_id') ?? user;
  const secret = form.get('client_secret') ?? rest.join(':');
  const known = realm.clients?.find((one) => one.clientId === id);
  if (!known)
    return {
      status: 401,
      body: { error: 'invalid_client', error_description: 'Invalid client or Invalid client credentials' },
    };
  const wanted = secretOf(known, namespace, lab);
  if (!known.publicClient && (!wanted || secret !== wanted))
    return {
      status: 401,
      body: { error: 'unauthorized_client', error_description: 'Invalid client or Invalid client credentials' },
    };
  const now = Math.floor(lab.clock.now().getTime() / 1000);
  const claims = { iss: issuer, sub: id, azp: id, typ: 'Bearer', iat: now, exp: now + 300, scope: 'openid' };
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'lab' })}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(head), createPrivateKey(key)).toString('base64url');
  return {
    status: 200,
    body: { access_token: `${head}.${signature}`, expires_in: 300, token_type: 'Bearer', scope: 'openid' },
  };
}

/** The secret in the import, or what its placeholder stands for: the Secret that holds this OIDC client. */
function secretOf(
  known: { clientId: string; secret?: string },
  namespace: string,
  lab: ReconcileContext,
): string | undefined {
  const decode = (value: string | undefined) =>
    value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  if (known.secret && !/^\$|^\*+$/.test(known.secret)) return known.secret;
  const holder = lab.store
    .list('v1/Secret', namespace)
    .find((secret) => decode(secret.data?.['client-id']) === known.clientId);
  const named = lab.store.get('v1/Secret', namespace, 'oidc-clients')?.data?.[known.clientId];
  return decode(holder?.data?.['client-secret'] ?? named);
}

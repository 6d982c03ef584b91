/** OpenBao's HTTP API as those who read and write secrets speak it: a login with a ServiceAccount's token, then key-value paths. */
import { randomUUID } from 'node:crypto';
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import type { LabRequest, LabResponse } from '../requests/http-server.js';
import type { OpenBao } from './openbao.js';
import type { Login } from './openbao-access.js';

const LOGIN = '/v1/auth/kubernetes/login';
const OWN_TOKEN = /^\/v1\/auth\/token\/(lookup|revoke)-self$/;
const DATA = /^\/v1\/secret\/data\/(.+)$/;

const wrong = (status: number, error: string): LabResponse => ({ status, body: { errors: [error] } });

/** Answers what concerns logins and secrets; anything else is refused, as without a token. */
export function openBaoApi(openbao: Pick<OpenBao, 'admit' | 'authorize' | 'read' | 'write'>) {
  const sessions = new Map<string, Login>();

  async function logIn(request: LabRequest, lab: ReconcileContext): Promise<LabResponse> {
    const { role = '', jwt = '' } = sentIn<{ role?: string; jwt?: string }>(request);
    const account = await reviewed(jwt, lab);
    if (!account) return wrong(403, 'permission denied');
    const login = { role, ...account };
    try {
      openbao.admit(lab, login);
    } catch (error) {
      return wrong(403, messageOf(error));
    }
    const token = `s.${randomUUID().replaceAll('-', '')}`;
    sessions.set(token, login);
    return { status: 200, body: { auth: { client_token: token, token_policies: ['default', role], renewable: true } } };
  }

  /** What the default policy lets everybody do with their own token. */
  function ownToken(request: LabRequest, what: string): LabResponse {
    const token = tokenIn(request);
    if (!sessions.has(token)) return wrong(403, 'permission denied');
    if (what === 'lookup')
      return { status: 200, body: { data: { type: 'service', ttl: 3600, expire_time: '2100-01-01T00:00:00Z' } } };
    sessions.delete(token);
    return { status: 204 };
  }

  async function secret(request: LabRequest, lab: ReconcileContext, path: string): Promise<LabResponse> {
    const login = sessions.get(tokenIn(request));
    const writes = request.method === 'POST' || request.method === 'PUT';
    if (!login || !(writes || request.method === 'GET')) return wrong(403, 'permission denied');
    try {
      openbao.authorize(lab, { ...login, path, capability: writes ? 'create' : 'read' });
    } catch {
      return wrong(403, '1 error occurred:\n\t* permission denied\n\n');
    }
    if (writes) {
      await openbao.write(lab, path, sentIn<{ data?: Record<string, string> }>(request).data ?? {});
      return { status: 200, body: { data: { version: 1 } } };
    }
    const data = await openbao.read(lab, path);
    return data
      ? { status: 200, body: { data: { data, metadata: { version: 1 } } } }
      : { status: 404, body: { errors: [] } };
  }

  return (request: LabRequest, lab: ReconcileContext): Promise<LabResponse> | LabResponse => {
    if (request.path === LOGIN) return logIn(request, lab);
    const own = OWN_TOKEN.exec(request.path)?.[1];
    if (own) return ownToken(request, own);
    const path = DATA.exec(request.path)?.[1];
    return path ? secret(request, lab, decodeURIComponent(path)) : wrong(403, 'permission denied');
  };
}

const tokenIn = ({ headers }: LabRequest): string => String(headers['x-vault-token'] ?? '');

/** Whose token that is, as the cluster's own API server says. */
async function reviewed(
  token: string,
  lab: ReconcileContext,
): Promise<{ account: string; namespace: string } | undefined> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const answer = await lab.kube.raw('/apis/authentication.k8s.io/v1/tokenreviews', { method: 'POST', body: review });
  const { status } = JSON.parse(answer.body) as { status?: { authenticated?: boolean; user?: { username?: string } } };
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(status?.user?.username ?? '') ?? [];
  return status?.authenticated && namespace && account ? { account, namespace } : undefined;
}

function sentIn<T extends object>(request: LabRequest): Partial<T> {
  try {
    return JSON.parse(String(request.body)) as Partial<T>;
  } catch {
    return {};
  }
}

/** OpenBao's API, as whoever in the cluster calls it: by the token of a ServiceAccount. */
import { tokenOf } from './kubernetes-stub.js';

export interface BaoAnswer {
  status: number;
  errors?: string[];
  auth?: { client_token: string };
  /** Of a version of a secret. */
  data?: { data?: unknown };
}

export interface BaoClient {
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<BaoAnswer>;
}

/** Logs in by the role of the same name as the ServiceAccount; rejects with OpenBao's words. */
export async function loginAs(url: string, namespace: string, name: string): Promise<BaoClient> {
  const jwt = tokenOf(namespace, name);
  const answer = await send(url, '', 'POST', 'auth/kubernetes/login', { role: name, jwt });
  const token = answer.auth?.client_token;
  if (!token) throw new Error(`login as ${name}: ${answer.status} ${answer.errors?.join(', ')}`);
  return { call: (method, path, body) => send(url, token, method, path, body) };
}

async function send(url: string, token: string, method: string, path: string, body?: object): Promise<BaoAnswer> {
  const response = await fetch(`${url}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': token },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, ...(text ? (JSON.parse(text) as object) : {}) };
}

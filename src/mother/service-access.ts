/**
 * Two ways to a service of the mother: its public address, where a proxy may want a login, and past that proxy through the mother's API
 * server, which the kubeconfig reaches anyway.
 */
import type { Kube, ServiceCaller, ServiceRef } from '../kubernetes/client/kube.js';
import { fail, isCatalystError, messageOf } from '../support/errors/errors.js';
import type { Http, HttpAnswer, HttpRequest, HttpWriter } from '../tools/http/http.js';

/** `auto`: the address, and past the proxy where that does not lead to the service. */
export type Access = 'auto' | 'endpoint' | 'serviceProxy';

/** Basic authentication, asked for by what stands before a service. */
export interface Login {
  username: string;
  password: string;
}

/** The way that calls go; `service` is set as soon as they go through the API server. */
export interface Way {
  endpoint: string;
  login?: Login;
  service?: ServiceRef;
}

export interface TwoWays {
  /** The service, for messages. */
  what: string;
  access: Access;
  /** `namespace/name:port` */
  service: string;
  way: Way;
  http: Http;
  mother(): Promise<Kube>;
  /** True when an answer did not come from the service itself. */
  isStopped(answer: HttpAnswer): boolean;
}

/** Sends as `way` says; with `auto` it is turned to the API server once the address does not lead to the service. */
export function eitherWay({ what, access, service, way, http, mother, isStopped }: TwoWays): Http {
  if (access === 'serviceProxy') way.service = serviceOf(service);
  return async (request) => {
    if (way.service) return askThrough(await mother(), way.service, request);
    if (access === 'endpoint') return http(request);
    const direct = await http(request).catch((error: unknown) => {
      if (isCatalystError(error, 'E3002')) return error;
      throw error;
    });
    if (!(direct instanceof Error) && !isStopped(direct)) return direct;
    const past = serviceOf(service);
    let answer: HttpAnswer;
    try {
      answer = await askThrough(await mother(), past, request);
    } catch (error) {
      if (!(direct instanceof Error)) return direct;
      throw fail(
        'E5004',
        `${what} cannot be reached: ${messageOf(direct)} Nor through the API server: ${messageOf(error)}`,
        {
          actions: direct.actions,
          cause: direct,
        },
      );
    }
    // a way that is closed too tells less than the first
    if (isOfApiServer(answer)) {
      if (direct instanceof Error) throw direct;
      return direct;
    }
    way.service = past;
    return answer;
  };
}

/** Basic authentication out of a Secret on the mother (`namespace/name`, keys `username` and `password`). Throws E1301. */
export async function loginOf(mother: Kube, secret: string, field: string): Promise<Login> {
  const [namespace, name = ''] = secret.split('/');
  const data = (await mother.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }))?.data ?? {};
  const text = (key: string) =>
    typeof data[key] === 'string' ? Buffer.from(data[key], 'base64').toString() : undefined;
  const [username, password] = [text('username'), text('password')];
  if (username !== undefined && password !== undefined) return { username, password };
  const hashes = ['users', 'auth'].find((key) => data[key] !== undefined);
  const found =
    hashes === undefined
      ? 'was not found on the mother cluster'
      : `has only ${hashes}, which holds hashes and no password`;
  const free = hashes === undefined ? name : `${name}-login`;
  throw fail('E1301', `Secret ${secret} with keys username and password, named by ${field}, ${found}.`, {
    actions: [
      `kubectl -n ${namespace} create secret generic ${free} --type kubernetes.io/basic-auth --from-literal username=USER --from-literal password=PASSWORD`,
      `then set ${field} to ${namespace}/${free}, or leave it out: catalyst then goes through the mother's API server`,
    ],
  });
}

export const basicAuth = ({ username, password }: Login) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** `namespace/name:port`, as the spec has it. */
export function serviceOf(text: string): ServiceRef {
  const [, namespace = '', name = '', port = ''] = /^([^/]+)\/([^:]+):(\d+)$/.exec(text) ?? [];
  return { namespace, name, port: Number(port) };
}

/** The API server keeps `Authorization` for itself, so a login for the proxy must not get there. */
export function throughHeaders({ authorization: _, ...headers }: Record<string, string> = {}): Record<string, string> {
  return headers;
}

async function askThrough(mother: Kube, service: ServiceRef, { url, headers }: HttpRequest): Promise<HttpAnswer> {
  const { pathname, search } = new URL(url);
  const { status, body } = await mother.askService(service, {
    path: pathname + search,
    headers: throughHeaders(headers),
  });
  return { status, headers: {}, text: body };
}

/** For the gate's writers: any method through the API server. A body is JSON. */
export function callThrough(mother: () => Promise<ServiceCaller>, service: ServiceRef): HttpWriter {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const text = 'body' in request ? request.body : undefined;
    const { status, body } = await (await mother()).callService(service, {
      method: request.method ?? 'GET',
      path: pathname + search,
      headers: throughHeaders(request.headers),
      ...(text === undefined ? {} : { body: JSON.parse(String(text)) as unknown }),
    });
    return { status, headers: {}, text: body };
  };
}

/** True for what Kubernetes answers in the place of the service: no such Service, no Pod behind it, no permission. */
export const isOfApiServer = ({ status, text }: Pick<HttpAnswer, 'status' | 'text'>) =>
  status >= 400 && /"kind":\s*"Status"/.test(text);

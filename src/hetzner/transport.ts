/**
 * hcloud-js as authenticated HTTP transport and nothing more. `validateStatus` keeps its error interceptor from running, so
 * status, headers and HTML bodies survive; parameters go as URLSearchParams, so that lists become repeated keys.
 */
import { fail } from '../support/errors.js';

export interface HetznerAnswer {
  status: number;
  headers: Record<string, string>;
  /** Parsed JSON, or the raw text when it is none. */
  body: unknown;
}

export interface HetznerCall {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below the endpoint, never an absolute URL: the token would go to that host. */
  path: string;
  query?: Record<string, string | number | readonly number[] | undefined>;
  body?: unknown;
  /** Asking twice ends in the same state as asking once. Default: everything but POST. */
  repeatable?: boolean;
  /** Others wait for its answer: it does not queue behind calls that nobody waits for. */
  urgent?: boolean;
  signal?: AbortSignal;
}

/** Rejects with the network error itself (ECONNRESET, ETIMEDOUT …). */
export type HetznerTransport = (call: HetznerCall) => Promise<HetznerAnswer>;

export interface TransportOptions {
  token: string;
  endpoint: string;
  /** Per request. */
  timeoutMs?: number;
}

export function createTransport({ token, endpoint, timeoutMs = 30_000 }: TransportOptions): HetznerTransport {
  const http = import('hcloud-js').then(
    ({ Client }) => new Client({ token, baseURL: endpoint, timeout: timeoutMs, proxy: false }).axios,
  );
  http.catch(() => undefined);
  return async ({ method, path, query, body, signal }) => {
    if (!path.startsWith('/')) throw fail('E9001', `A Hetzner path must begin with a slash: ${path}`);
    const answer = await (await http).request({
      method,
      url: path,
      params: searchParams(query),
      data: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? undefined : { 'Content-Type': 'application/json' },
      responseType: 'text',
      // Bodies are text on both sides; the transforms of axios would only look at them.
      transformRequest: [],
      transformResponse: [],
      validateStatus: () => true,
      maxRedirects: 0,
      signal,
    });
    return { status: answer.status, headers: flat(answer.headers), body: parse(answer.data) };
  };
}

function searchParams(query: HetznerCall['query']): URLSearchParams {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) params.append(key, String(one));
  }
  return params;
}

function flat(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), String(value)]));
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string' || text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

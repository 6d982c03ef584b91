/**
 * hcloud-js as authenticated HTTP transport and nothing more. `validateStatus` keeps its error interceptor from running, so
 * status, headers and HTML bodies survive; parameters go as URLSearchParams, so that lists become repeated keys.
 */
import { fail } from '../support/errors.js';
import { deadlineIn } from '../tools/bounded.js';
import { createDialer, type Dialer } from '../tools/dialer.js';

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
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
  /** Per request, until the last byte of its answer. */
  timeoutMs?: number;
}

const largestAnswer = 64 * 1024 * 1024;

export function createTransport({
  token,
  endpoint,
  timeoutMs = 30_000,
  ...options
}: TransportOptions): HetznerTransport {
  const { dialer = createDialer({ connectTo: [] }) } = options;
  const agents = dialer.agents();
  const http = import('hcloud-js').then(async ({ Client }) => ({
    // axios is not to look for a proxy by itself; told so, it would take that of our agent away too
    client: new Client({ token, baseURL: endpoint, proxy: ofHttp(dialer, endpoint) ? undefined : false }).axios,
    agent: await agents(new URL(endpoint)),
  }));
  http.catch(() => undefined);
  return async ({ method, path, query, body, signal }) => {
    if (!path.startsWith('/')) throw fail('E9001', `A Hetzner path must begin with a slash: ${path}`);
    const { client, agent } = await http;
    const deadline = deadlineIn(timeoutMs, signal);
    const sent = client.request({
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
      maxContentLength: largestAnswer,
      httpAgent: agent,
      httpsAgent: agent,
      signal: deadline.signal,
    });
    const answer = await sent.catch((error: unknown) => {
      throw deadline.explain(error);
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

const ofHttp = (dialer: Dialer, endpoint: string) => dialer.way(new URL(endpoint)).proxy?.protocol.startsWith('http');

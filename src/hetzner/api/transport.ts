/**
 * hcloud-js as authenticated HTTP transport and nothing more. `validateStatus` keeps its error interceptor from running, so
 * status, headers and HTML bodies survive; parameters go as URLSearchParams, so that lists become repeated keys.
 */
import type { IncomingMessage } from 'node:http';
import { fail } from '../../support/errors/errors.js';
import { createDialer, type Dialer } from '../../tools/dialer/dialer.js';
import { type Allowance, collect, createAllowance } from '../../tools/http/bounded.js';

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
  /** What is left for the operation that it is part of; default: one of its own. */
  time?: Allowance;
}

/** Rejects with the network error itself (ECONNRESET, ETIMEDOUT …). */
export type HetznerTransport = (call: HetznerCall) => Promise<HetznerAnswer>;

export interface TransportOptions {
  token: string;
  endpoint: string;
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
}

export function createTransport({ token, endpoint, ...options }: TransportOptions): HetznerTransport {
  const { dialer = createDialer({ connectTo: [] }) } = options;
  const agents = dialer.agents();
  const http = import('hcloud-js').then(async ({ Client }) => ({
    // axios is not to look for a proxy by itself; told so, it would take that of our agent away too
    client: new Client({ token, baseURL: endpoint, proxy: ofHttp(dialer, endpoint) ? undefined : false }).axios,
    agent: await agents(new URL(endpoint)),
  }));
  http.catch(() => undefined);
  return async ({ method, path, query, body, signal, time = createAllowance() }) => {
    if (!path.startsWith('/')) throw fail('E9001', `A Hetzner path must begin with a slash: ${path}`);
    const { client, agent } = await http;
    const deadline = time.attempt(signal);
    const sent = client.request<IncomingMessage>({
      method,
      url: path,
      params: searchParams(query),
      data: body === undefined ? undefined : JSON.stringify(body),
      headers: body === undefined ? undefined : { 'Content-Type': 'application/json' },
      // read by us, within our limits
      responseType: 'stream',
      // Bodies are text on both sides; the transforms of axios would only look at them.
      transformRequest: [],
      transformResponse: [],
      validateStatus: () => true,
      maxRedirects: 0,
      httpAgent: agent,
      httpsAgent: agent,
      signal: deadline.signal,
    });
    try {
      const { status, headers, data } = await sent;
      return { status, headers: flat(headers), body: parse((await collect(data)).toString('utf8')) };
    } catch (error) {
      throw deadline.explain(error);
    } finally {
      deadline.end();
    }
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

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const ofHttp = (dialer: Dialer, endpoint: string) => dialer.way(new URL(endpoint)).proxy?.protocol.startsWith('http');

/** HTTPS to the API server of one kubeconfig: JSON requests, raw requests and open streams. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';

/** An answer of 400 or more: its HTTP status, and reason and message of the Status object when there was one. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly details?: Record<string, unknown>,
  ) {
    super(message);
    this.name = 'RequestRefused';
  }
}

export interface TransportRequest {
  body?: unknown;
  contentType?: string;
  query?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Transport {
  readonly server: string;
  json<T = unknown>(method: string, path: string, options?: TransportRequest): Promise<T>;
  raw(method: string, path: string, options?: TransportRequest): Promise<{ status: number; body: string }>;
  /** Resolves with the response once its head has come; rejects with RequestRefused for 400 and above. */
  open(path: string, options?: TransportRequest): Promise<IncomingMessage>;
  close(): void;
}

interface Kubeconfig {
  clusters: { name: string; cluster: Record<string, string> }[];
  users: { name: string; user: Record<string, string> }[];
  contexts: { name: string; context: { cluster: string; user: string } }[];
  'current-context': string;
}

const busyTries = 8;

export function createTransport(kubeconfig: string, userAgent: string): Transport {
  const access = accessOf(kubeconfig);
  const base = new URL(access.server);
  const agent = base.protocol === 'https:' ? new Agent({ keepAlive: true, ...access.tls }) : undefined;

  /** A real API server answers 429 while it prepares the storage of a new kind; as every client of it does, ask again. */
  async function send(method: string, path: string, options: TransportRequest): Promise<IncomingMessage> {
    for (let tries = 1; ; tries++) {
      const response = await sendOnce(method, path, options);
      if (response.statusCode !== 429 || tries === busyTries) return response;
      response.resume();
      await delay(Number(response.headers['retry-after'] ?? 1) * 1000, undefined, { signal: options.signal });
    }
  }

  function sendOnce(method: string, path: string, options: TransportRequest): Promise<IncomingMessage> {
    const url = new URL(path, base);
    for (const [key, value] of Object.entries(options.query ?? {})) url.searchParams.set(key, value);
    const payload = options.body === undefined ? undefined : JSON.stringify(options.body);
    const headers: Record<string, string> = { 'user-agent': userAgent, accept: 'application/json', ...access.headers };
    if (payload !== undefined) {
      headers['content-type'] = options.contentType ?? 'application/json';
      headers['content-length'] = String(Buffer.byteLength(payload));
    }
    return new Promise((resolve, reject) => {
      const settings = { method, headers, ...(options.signal ? { signal: options.signal } : {}) };
      const call: ClientRequest =
        base.protocol === 'https:'
          ? httpsRequest(url, { ...settings, agent }, resolve)
          : httpRequest(url, settings, resolve);
      call.on('error', reject);
      call.end(payload);
    });
  }

  return {
    server: access.server,
    async raw(method, path, options = {}) {
      const response = await send(method, path, options);
      return { status: response.statusCode ?? 0, body: await textOf(response) };
    },
    async json<T>(method: string, path: string, options: TransportRequest = {}): Promise<T> {
      const response = await send(method, path, options);
      const text = await textOf(response);
      if ((response.statusCode ?? 0) >= 400) throw refusal(response.statusCode ?? 0, text);
      return JSON.parse(text) as T;
    },
    async open(path, options = {}) {
      const response = await send('GET', path, options);
      if ((response.statusCode ?? 0) >= 400) throw refusal(response.statusCode ?? 0, await textOf(response));
      return response;
    },
    close: () => agent?.destroy(),
  };
}

export function refusal(status: number, text: string): RequestRefused {
  try {
    const body = JSON.parse(text) as { reason?: string; message?: string; details?: Record<string, unknown> };
    return new RequestRefused(status, body.reason ?? '', body.message ?? text, body.details);
  } catch {
    return new RequestRefused(status, '', text.slice(0, 500));
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function accessOf(text: string) {
  const config = parseYamlStream(text)[0] as Kubeconfig;
  const context = config.contexts.find((entry) => entry.name === config['current-context'])?.context;
  const cluster = config.clusters.find((entry) => entry.name === context?.cluster)?.cluster;
  const user = config.users.find((entry) => entry.name === context?.user)?.user ?? {};
  if (!cluster?.server) throw new Error('the kubeconfig names no server for its current context');
  const decode = (value: string | undefined) => (value === undefined ? undefined : Buffer.from(value, 'base64'));
  const tls = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
    ...(cluster['tls-server-name'] ? { servername: cluster['tls-server-name'] } : {}),
  };
  return { server: cluster.server, tls, headers: user.token ? { authorization: `Bearer ${user.token}` } : undefined };
}

/** One HTTP(S) server of the lab on loopback: reads the body, injects faults, writes the request log, once for all. */
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps, type ServerOptions } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { Faults } from './faults.js';
import type { RequestLog } from './request-log.js';

export interface LabRequest {
  method: string;
  /** Path as sent, still percent-encoded, without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Buffer;
  /** Filled by routers. */
  params?: Record<string, string>;
  /** The connection beneath, for TLS facts (SNI, peer certificate) and addresses. */
  raw: IncomingMessage;
}

export interface LabResponse {
  status: number;
  headers?: Record<string, string | string[]>;
  /** An object is sent as JSON. */
  body?: string | Buffer | object;
  /** Instead of a body: writes as long as it likes (a watch) and ends the response; `signal` fires when the caller went. */
  stream?: (out: ServerResponse, signal: AbortSignal) => void | Promise<void>;
  /** Corrects what the request log says (a dry-run is not mutating). */
  log?: { mutating?: boolean; object?: string };
}

export type LabHandler = (request: LabRequest) => LabResponse | Promise<LabResponse>;

export interface ServeOptions {
  /** Name in the request log and for faults. */
  name: string;
  handler: LabHandler;
  log: RequestLog;
  faults: Faults;
  tls?: ServerOptions;
  host?: string;
  /** 0 or left out: a free one. */
  port?: number;
  clock?: Clock;
  /** Of every response, injected faults included. */
  headers?: Readonly<Record<string, string>>;
  /** How long a request may take with its body before its connection is closed; undefined: as long as it likes. */
  bodyMs?: () => number | undefined;
  /** Takes over connections that ask for an upgrade (exec, port-forward, attach). */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface LabServer {
  host: string;
  port: number;
  /** `http://127.0.0.1:1234` */
  endpoint: string;
  close(): Promise<void>;
}

export async function serve(options: ServeOptions): Promise<LabServer> {
  const { name, tls, host = '127.0.0.1', port = 0, upgrade } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(options, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`lab server ${name}: ${messageOf(error)}\n`);
    });
  };
  const server = tls ? createHttps(tls, listener) : createHttp(listener);
  // Callers of the lab keep connections for long; an idle timeout in the middle of a walk would look like a fault.
  server.keepAliveTimeout = 120_000;
  server.requestTimeout = 0;
  const upgraded = new Set<Duplex>();
  if (upgrade) {
    server.on('upgrade', (request, socket, head) => {
      upgraded.add(socket);
      socket.on('close', () => upgraded.delete(socket));
      socket.on('error', () => socket.destroy());
      upgrade(request, socket, head);
    });
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    host,
    port: bound,
    endpoint: `${tls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of upgraded) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

async function answer(options: ServeOptions, raw: IncomingMessage, out: ServerResponse): Promise<void> {
  const { name, handler, log, faults, clock = systemClock } = options;
  const method = raw.method ?? 'GET';
  const target = raw.url ?? '/';
  const gone = new AbortController();
  out.on('close', () => gone.abort(new Error('the caller went away')));
  const record = (status: number, mutating?: boolean, object?: string) =>
    log.record({
      server: name,
      method,
      path: target,
      userAgent: String(raw.headers['user-agent'] ?? ''),
      status,
      mutating: mutating ?? !['GET', 'HEAD', 'OPTIONS'].includes(method),
      ...(object === undefined ? {} : { object }),
    });

  const fault = faults.match(name, method, target);
  if (fault?.kind === 'reset') {
    record(0, false);
    raw.socket.destroy();
    return;
  }
  if (fault?.kind === 'status') {
    // Read first: answering while the caller still sends would look like a reset to it.
    await readBody(raw);
    record(fault.status, false);
    const body = fault.body ?? `injected ${fault.status}\n`;
    out.writeHead(fault.status, { 'content-type': 'text/plain', ...options.headers, ...fault.headers });
    out.end(method === 'HEAD' ? undefined : body);
    return;
  }
  if (fault?.kind === 'delay') await clock.sleep(fault.ms, gone.signal);

  const body = await readBody(raw, options.bodyMs?.());
  const cut = target.indexOf('?');
  const response = await handler({
    method,
    path: cut < 0 ? target : target.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? '' : target.slice(cut + 1)),
    headers: raw.headers,
    body,
    raw,
  });
  record(response.status, response.log?.mutating, response.log?.object);
  if (fault?.kind === 'reset-after') {
    raw.socket.destroy();
    return;
  }
  const headers = { ...options.headers, ...response.headers };
  send({ ...response, headers }, method, out, fault?.kind === 'truncate', gone.signal);
}

function send(response: LabResponse, method: string, out: ServerResponse, truncate: boolean, signal: AbortSignal) {
  const headers: Record<string, string | string[]> = { ...response.headers };
  if (response.stream) {
    out.writeHead(response.status, headers);
    out.flushHeaders();
    Promise.resolve(response.stream(out, signal)).catch(() => out.destroy());
    return;
  }
  const has = (header: string) => Object.keys(headers).some((key) => key.toLowerCase() === header);
  const { body } = response;
  const json = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body);
  const text = json ? JSON.stringify(body) : body;
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from((text as string | undefined) ?? '');
  if (json && !has('content-type')) headers['content-type'] = 'application/json';
  if (!has('content-length') && response.status !== 204 && response.status !== 304)
    headers['content-length'] = String(bytes.length);
  out.writeHead(response.status, headers);
  if (method === 'HEAD' || bytes.length === 0) {
    out.end();
  } else if (truncate) {
    out.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => out.destroy());
  } else {
    out.end(bytes);
  }
}

/** For servers that do their own listening: the whole body, its answer, or 502 with why there is none. */
export async function relay(
  request: IncomingMessage,
  out: ServerResponse,
  answerTo: (body: Buffer) => Promise<LabResponse>,
): Promise<void> {
  const gone = new AbortController();
  out.on('close', () => gone.abort(new Error('the caller went away')));
  try {
    send(await answerTo(await readBody(request)), request.method ?? 'GET', out, false, gone.signal);
  } catch (error) {
    if (!out.headersSent) out.writeHead(502);
    out.end(messageOf(error));
  }
}

function readBody(request: IncomingMessage, withinMs?: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const late = withinMs === undefined ? undefined : setTimeout(() => request.socket.destroy(), withinMs);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
    request.on('close', () => clearTimeout(late));
  });
}

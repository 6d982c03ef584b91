/**
 * A page for the person at this machine: served on loopback alone, to who has its address, and changing nothing. The path begins with a
 * random token, which neither other users nor the pages of other sites know.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { ownerOfPeer } from './peer-owner.js';

export interface PageFile {
  /** Of the answer: `text/html; charset=utf-8`. */
  type: string;
  body: string | Uint8Array;
  /** Content-Security-Policy in place of the page's own. */
  policy?: string;
  /** Saved under this name, not shown. */
  download?: string;
}

export interface PageMessage {
  event: string;
  data: string;
}

export interface PageServerOptions {
  /** 0 for one that is free. */
  port: number;
  /** By the path behind the token: `` is the page. Undefined where there is nothing. */
  file(path: string): PageFile | undefined;
  /** What who opens the stream of events (`events`) is sent first. */
  greeting(): readonly PageMessage[];
}

export interface PageServer {
  /** With the token. */
  readonly address: string;
  /** Leads to `address` once, within a minute, and no other user of this machine: for the arguments of a program, which all of them can read. */
  addressForOnce(): string;
  /** How many read the stream of events. */
  readers(): number;
  send(message: PageMessage): void;
  close(): Promise<void>;
}

/** Nothing but what this server sends, and no address but its own. */
const ownPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const sharedHeaders = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};
const mostConnections = 64;
/** A browser that starts takes some seconds. */
const onceMs = 60_000;
/** A reader that does not read is left behind. */
const mostBuffered = 4 * 2 ** 20;

/** Throws E1205 when the port cannot be opened. */
export async function servePage(options: PageServerOptions, ownerOf = ownerOfPeer): Promise<PageServer> {
  const token = randomBytes(24).toString('base64url');
  const once = new Set<string>();
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    try {
      respond(request, response);
    } catch (error) {
      // The run goes on without its page; what cannot be read now may be there at the next request.
      if (!response.headersSent) response.writeHead(500, { ...sharedHeaders, 'Content-Security-Policy': ownPolicy });
      response.end(`${messageOf(error)}\n`);
    }
  });
  const respond = (request: IncomingMessage, response: ServerResponse) => {
    const { port } = server.address() as AddressInfo;
    const answer = (status: number, headers: Record<string, string> = {}, body: string | Uint8Array = '') => {
      response.writeHead(status, { ...sharedHeaders, 'Content-Security-Policy': ownPolicy, ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const plain = (status: number, text: string, headers = {}) =>
      answer(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, `${text}\n`);
    // Another name for this address is how a page of another site would ask.
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(request.headers.host ?? ''))
      return plain(403, 'This host name is not served.');
    const [, first = '', path] = /^\/([^/?]*)(?:\/([^?]*))?(?:\?|$)/.exec(request.url ?? '') ?? [];
    if (once.has(first)) {
      // Whoever reads it in the list of processes may be faster than the browser that it is for.
      if (!isOurs(ownerOf({ peer: request.socket.remotePort ?? 0, own: port })))
        return plain(403, 'This address is for another user.');
      once.delete(first);
      return plain(302, '', { Location: `/${token}/` });
    }
    if (!isSame(first, token)) return plain(403, 'The address needs the token that catalyst printed.');
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return plain(405, 'This page is read-only.', { Allow: 'GET, HEAD' });
    if (path === undefined) return plain(302, '', { Location: `/${token}/` });
    if (path === 'events' && request.method === 'GET') return stream(request, response, streams, options.greeting());
    const found = options.file(decoded(path));
    if (!found) return plain(404, 'There is nothing at this address.');
    answer(200, headersOf(found), found.body);
  };
  server.maxConnections = mostConnections;
  // Who cannot have the token can at least take up no connection of those who have it.
  server.on('connection', (socket) => {
    const { port } = server.address() as AddressInfo;
    const owner = ownerOf({ peer: socket.remotePort ?? 0, own: port });
    if (typeof owner === 'number' && owner !== 0 && !isOurs(owner)) socket.destroy();
  });
  await listen(server, options.port);
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    address: `${origin}/${token}/`,
    addressForOnce() {
      const code = randomBytes(24).toString('base64url');
      once.add(code);
      setTimeout(() => once.delete(code), onceMs).unref();
      return `${origin}/${code}/`;
    },
    readers: () => streams.size,
    send(message) {
      for (const reader of streams) write(reader, message);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const isOurs = (owner: ReturnType<typeof ownerOfPeer>) => owner === 'unknown' || owner === process.getuid?.();

function headersOf({ type, policy, download }: PageFile): Record<string, string> {
  return {
    'Content-Type': type,
    ...(policy && { 'Content-Security-Policy': policy }),
    ...(download && { 'Content-Disposition': `attachment; filename="${download.replaceAll(/[^\w.-]/g, '_')}"` }),
  };
}

function stream(
  request: IncomingMessage,
  response: ServerResponse,
  streams: Set<ServerResponse>,
  greeting: readonly PageMessage[],
): void {
  response.writeHead(200, {
    ...sharedHeaders,
    'Content-Security-Policy': ownPolicy,
    'Content-Type': 'text/event-stream; charset=utf-8',
  });
  response.write('retry: 1000\n\n');
  streams.add(response);
  request.on('close', () => streams.delete(response));
  response.on('error', () => streams.delete(response));
  for (const message of greeting) write(response, message);
}

function write(response: ServerResponse, { event, data }: PageMessage): void {
  if (response.writableLength > mostBuffered) response.destroy();
  else response.write(`event: ${event}\n${data.replaceAll(/^/gm, 'data: ')}\n\n`);
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    throw fail(
      'E1205',
      taken
        ? `Port ${port} of 127.0.0.1 is in use by another program.`
        : `Port ${port} of 127.0.0.1 cannot be opened: ${messageOf(error)}.`,
      { actions: [`let the system choose a free port: ${command('watch')}`], cause: error, data: { port } },
    );
  }
}

/**
 * Bodies too large to hold, over the same roads as http-client. A call has the time of one operation, with its redirects and until
 * the last byte of its answer, and a second more for each 256 kB that went over the line: a layer may take hours, a drip may not.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import { type Allowance, createAllowance } from './bounded.js';
import type { AgentFor } from './dialer.js';
import { flat, freshConnections, type HttpOptions } from './http-client.js';
import { bareHost } from './proxies.js';

export interface StreamRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | SizedStream;
  /** What is left for the operation that it is part of; default: one of its own. */
  time?: Allowance;
}

export interface SizedStream {
  stream: Readable;
  length: number;
}

export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  /** To be read to its end, or thrown away with `body.destroy()`. It fails with E3002 at the deadline. */
  body: IncomingMessage;
}

/** Redirects are followed for reads, without the authorization of the first host. Throws E3002 with host and reason. */
export type HttpStream = (request: StreamRequest) => Promise<StreamAnswer>;

const mostRedirects = 5;
const slowestBytesPerMs = 256;

export function createHttpStream(options: HttpOptions): HttpStream {
  const agents = options.dialer.agents(freshConnections);
  return async (request) => {
    const { time = createAllowance() } = request;
    let current: StreamRequest & { time: Allowance } = { ...request, time };
    for (let turn = 0; ; turn += 1) {
      const answer = await once(options, agents, current);
      const location = answer.headers['location'];
      const moved = [301, 302, 303, 307, 308].includes(answer.status) && (request.method ?? 'GET') === 'GET';
      if (!moved || location === undefined || turn === mostRedirects) return answer;
      answer.body.destroy();
      const { authorization, ...headers } = current.headers ?? {};
      const next = new URL(location, current.url);
      const same = next.origin === new URL(current.url).origin && authorization !== undefined;
      current = { url: next.href, time, headers: same ? { ...headers, authorization } : headers };
    }
  };
}

async function once(
  { dialer, signal }: HttpOptions,
  agents: AgentFor,
  request: StreamRequest & { time: Allowance },
): Promise<StreamAnswer> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const host = bareHost(url.hostname);
  const { body, method = 'GET', time } = request;
  const length = body?.length;
  const told = (error: unknown) =>
    error instanceof CatalystError
      ? error
      : fail('E3002', `${method} ${url.origin}${url.pathname}${dialer.told(url)}: ${messageOf(error)}.`, {
          cause: error,
          actions: [`Check that this machine reaches ${url.host}`],
          data: { host: url.host },
        });
  const settings = {
    host,
    port: url.port || undefined,
    path: `${url.pathname}${url.search}`,
    method,
    headers: {
      'user-agent': 'catalyst/0.1.0',
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      ...request.headers,
      host: url.host,
    },
    agent: await agents(url),
    ...(secure ? { servername: isIP(host) ? '' : host } : {}),
  };
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => reject(signal.aborted ? signal.reason : told(error));
    const call = (secure ? httpsRequest : httpRequest)(settings, (answer) => {
      begun = answer;
      answer.once('close', over);
      resolve({ status: answer.statusCode ?? 0, headers: flat(answer), body: answer });
    });
    let begun: IncomingMessage | undefined;
    let moved = 0;
    const earned = () => {
      const { bytesRead = 0, bytesWritten = 0 } = call.socket ?? {};
      const fresh = bytesRead + bytesWritten - moved;
      moved += fresh;
      return fresh / slowestBytesPerMs;
    };
    const deadline = time.whole([signal], earned);
    const stop = () => {
      const why = signal.aborted ? signal.reason : told(deadline.signal.reason);
      begun?.destroy(why as Error);
      call.destroy(why as Error);
    };
    const over = () => deadline.signal.removeEventListener('abort', stop);
    if (deadline.signal.aborted) stop();
    deadline.signal.addEventListener('abort', stop, { once: true });
    call.on('error', refuse);
    if (body !== undefined && 'stream' in body) pipeline(body.stream, call).catch(refuse);
    else call.end(body);
  });
}

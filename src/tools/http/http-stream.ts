/**
 * Bodies too large to hold, over the same roads as http-client. A call has the time of one operation, with its redirects and until
 * the last byte of its answer, and a second more for each 256 kB that went over the line: a layer may take hours, a drip may not.
 */
import type { Readable } from 'node:stream';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import type { AgentFor } from '../dialer/dialer.js';
import { proxyActions, through } from '../dialer/proxy-refusal.js';
import { type Allowance, createAllowance } from './bounded.js';
import { freshConnections, type HttpOptions } from './http-client.js';
import { withCause } from './network-cause.js';
import { headersOf, type SizedStream, send } from './send.js';

export interface StreamRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | SizedStream;
  /** What is left for the operation that it is part of; default: one of its own. */
  time?: Allowance;
}

export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  /** To be read to its end, or thrown away with `body.destroy()`. It fails with E3002 at the deadline. */
  body: Readable & { complete?: boolean };
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
  const { method = 'GET', time } = request;
  const told = (error: unknown) =>
    error instanceof CatalystError
      ? error
      : fail('E3002', `${method} ${url.origin}${url.pathname}${dialer.told(url)}: ${withCause(error)}.`, {
          cause: error,
          actions: [
            ...proxyActions(messageOf(error), through(dialer.way(url), url)),
            `Check that this machine reaches ${url.host}`,
          ],
          data: { host: url.host },
        });
  const { headers, body } = request;
  const sent = send({ url, method, headers, body, agent: await agents(url) });
  let before = 0;
  const earned = () => {
    const fresh = sent.moved() - before;
    before += fresh;
    return fresh / slowestBytesPerMs;
  };
  const deadline = time.whole([signal], earned);
  const stop = () => sent.destroy((signal.aborted ? signal.reason : told(deadline.signal.reason)) as Error);
  if (deadline.signal.aborted) stop();
  deadline.signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = await sent.answer;
    answer.once('close', () => deadline.signal.removeEventListener('abort', stop));
    return { status: answer.statusCode ?? 0, headers: headersOf(answer), body: answer };
  } catch (error) {
    throw signal.aborted ? signal.reason : told(error);
  }
}

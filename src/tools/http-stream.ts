/** Bodies too large to hold, over the same roads as http-client: connect-to rules, further authorities, one signal. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CatalystError, fail, messageOf } from '../support/errors.js';
import { dialFor } from './connect-to.js';
import type { HttpOptions } from './http-client.js';
import { createHttpsAgent } from './https-agent.js';

export interface StreamRequest {
  url: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | SizedStream;
}

export interface SizedStream {
  stream: Readable;
  length: number;
}

export interface StreamAnswer {
  status: number;
  headers: Record<string, string>;
  /** To be read to its end, or thrown away with `body.resume()`. */
  body: IncomingMessage;
}

/** Redirects are followed for reads, without the authorization of the first host. Throws E3002 with host and reason. */
export type HttpStream = (request: StreamRequest) => Promise<StreamAnswer>;

const mostRedirects = 5;

export function createHttpStream(options: HttpOptions): HttpStream {
  const agent = createHttpsAgent(options.caBundle);
  return async (request) => {
    let current = request;
    for (let turn = 0; ; turn += 1) {
      const answer = await once(options, agent, current);
      const location = answer.headers['location'];
      const moved = [301, 302, 303, 307, 308].includes(answer.status) && (request.method ?? 'GET') === 'GET';
      if (!moved || location === undefined || turn === mostRedirects) return answer;
      answer.body.resume();
      const { authorization, ...headers } = current.headers ?? {};
      const next = new URL(location, current.url);
      const same = next.origin === new URL(current.url).origin && authorization !== undefined;
      current = { url: next.href, headers: same ? { ...headers, authorization } : headers };
    }
  };
}

function once({ connectTo, signal }: HttpOptions, agent: () => Agent, request: StreamRequest): Promise<StreamAnswer> {
  const url = new URL(request.url);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const target = dialFor(connectTo, host, Number(url.port || (secure ? 443 : 80)));
  const { body } = request;
  const length = body?.length;
  const settings = {
    host: target.host,
    port: target.port,
    path: `${url.pathname}${url.search}`,
    method: request.method ?? 'GET',
    signal,
    headers: {
      'user-agent': 'catalyst/0.1.0',
      ...(length === undefined ? {} : { 'content-length': String(length) }),
      ...request.headers,
      host: url.host,
    },
    ...(secure ? { agent: agent(), servername: isIP(host) ? '' : host } : { agent: false }),
  };
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) =>
      reject(
        signal.aborted
          ? signal.reason
          : error instanceof CatalystError
            ? error
            : fail('E3002', `${settings.method} ${url.origin}${url.pathname}: ${messageOf(error)}.`, {
                cause: error,
                actions: [`Check that this machine reaches ${url.host}`],
                data: { host: url.host },
              }),
      );
    const call = (secure ? httpsRequest : httpRequest)(settings, (answer) =>
      resolve({ status: answer.statusCode ?? 0, headers: flat(answer), body: answer }),
    );
    call.on('error', refuse);
    if (body !== undefined && 'stream' in body) pipeline(body.stream, call).catch(refuse);
    else call.end(body);
  });
}

function flat(answer: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(answer.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

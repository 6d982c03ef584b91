/**
 * The one HTTP client of catalyst's own code: every request to a component, a registry or an API server is sent here, over a
 * connection of the dialer. The SDKs (Hetzner, S3) bring their own and take the dialer's agents too, which is why this is Node's
 * client and not another one with connections of another kind. Deadlines and limits are those of `bounded.ts`.
 */
import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { userAgent } from '../../support/user-agent.js';
import { bareHost } from '../dialer/proxies.js';

export interface SizedStream {
  stream: Readable;
  length: number;
}

export interface Outgoing {
  url: URL;
  /** Default: GET. */
  method?: string;
  /** They win over the ones that are set here. */
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | SizedStream;
  agent: Agent;
  signal?: AbortSignal;
  /** Dials over this IP family only. */
  family?: 4 | 6;
  /** Accept any certificate. Default: what the agent says. */
  insecure?: boolean;
}

export interface Sent {
  /** Settles with the head of the answer; rejects with the network error itself. */
  answer: Promise<IncomingMessage>;
  /** What has gone over the line in both directions, in bytes. */
  moved(): number;
  /** True when it went over a connection that an earlier request had left open. */
  reused(): boolean;
  /** Ends the request, and the answer that is being read. */
  destroy(why: Error): void;
}

/** Sends a request. Redirects are not followed; the Host header and the certificate's name are those of the URL. */
export function send({ url, method = 'GET', headers, body, agent, signal, family, insecure }: Outgoing): Sent {
  const host = bareHost(url.hostname);
  const whole = typeof body === 'string' ? Buffer.from(body) : body;
  const secure = url.protocol === 'https:';
  const settings = {
    host,
    port: url.port || undefined,
    path: `${url.pathname}${url.search}`,
    method,
    family,
    signal,
    agent,
    headers: {
      'user-agent': userAgent,
      ...(whole === undefined ? {} : { 'content-length': String(whole.length) }),
      ...headers,
      host: url.host,
    },
    // an address may not stand in SNI
    ...(secure ? { servername: isIP(host) ? '' : host } : {}),
    ...(secure && insecure !== undefined ? { rejectUnauthorized: !insecure } : {}),
  };
  let call: ClientRequest | undefined;
  let begun: IncomingMessage | undefined;
  let giveUp: (why: unknown) => void = () => undefined;
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    // a request that is given up while its connection is still being opened hears of it only with the connection
    giveUp = reject;
    call = (secure ? httpsRequest : httpRequest)(settings, (head) => {
      begun = head;
      resolve(head);
    });
    call.on('error', reject);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (whole !== undefined && 'stream' in whole) pipeline(whole.stream, call).catch(reject);
    else call.end(whole);
  });
  return {
    answer,
    moved: () => (call?.socket?.bytesRead ?? 0) + (call?.socket?.bytesWritten ?? 0),
    reused: () => call?.reusedSocket === true,
    destroy(why) {
      begun?.destroy(why);
      call?.destroy(why);
      giveUp(why);
    },
  };
}

/** Each header once; several of one name are joined by commas. */
export function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

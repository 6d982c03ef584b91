/** HTTP toward one API server: kept connections, deadlines, and watches as lines. Network faults become E3101. */
import type { Agent, IncomingMessage } from 'node:http';
import type { AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { trustedAuthorities } from '../../tools/dialer/authorities.js';
import { agentsThrough, createDialer, type Dialer } from '../../tools/dialer/dialer.js';
import {
  proxyActions,
  type Through,
  through,
  throughOfKubeconfig,
  throughText,
} from '../../tools/dialer/proxy-refusal.js';
import { type Allowance, collect, createAllowance, deadlineIn, TooLarge } from '../../tools/http/bounded.js';
import { freshConnections } from '../../tools/http/http-client.js';
import { neverLeft } from '../../tools/http/network-cause.js';
import { send } from '../../tools/http/send.js';
import type { KubeAccess } from './kubeconfig.js';

export interface KubeRequest {
  method: string;
  path: string;
  body?: unknown;
  contentType?: string;
  /** For what the API server passes on; it keeps the identity to itself. */
  headers?: Record<string, string>;
  /** What is left for the operation that it is part of; default: one of its own. */
  time?: Allowance;
  signal?: AbortSignal;
  /** Over a connection of its own. */
  fresh?: boolean | undefined;
  /** Tries again after a few seconds without an answer, each time over a connection of its own. */
  urgent?: boolean;
}

export interface KubeAnswer {
  status: number;
  body: string;
}

export interface KubeTransport {
  /** Any status is an answer. Throws E3101 when there is none; `data.ambiguous` tells that a write may have been made. */
  send(request: KubeRequest): Promise<KubeAnswer>;
  /** Lines of a watch until the server ends it or the signal aborts. */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string>;
}

/** A watch is asked to end after 240 s; one that does not is dead, however busily it goes on. */
const longestWatchMs = 300_000;
/** A page of 500 objects, each of a quarter of a megabyte. */
const largestAnswer = 128 * 1024 * 1024;
const longestLine = 16 * 1024 * 1024;

export interface KubeConnection {
  agent: Agent;
  headers: Record<string, string>;
}

/** Who we are and over which connections, now; `again` when the server refused it. A certificate has connections of its own. */
export type KubeConnect = (again?: boolean) => Promise<KubeConnection>;

export function createKubeConnect(
  access: KubeAccess,
  dialer: Dialer = createDialer({ connectTo: [] }),
  more: AgentOptions = {},
): KubeConnect {
  const url = new URL(access.server);
  let made: { of: string; agent: Promise<Agent> } | undefined;
  return async (again = false) => {
    const { cert, key, headers } = await access.identity({ again });
    const of = `${cert}\n${key}`;
    if (made?.of !== of) {
      const tls = { maxSockets: 32, ...tlsOptionsOf({ ...access, cert, key }), ...more };
      const agents = access.proxyUrl ? agentsThrough(access.proxyUrl, tls) : dialer.agents(tls);
      // those that are under way keep theirs until they end
      made = { of, agent: agents(url) };
    }
    return { headers, agent: await made.agent };
  };
}

export function createKubeTransport(
  access: KubeAccess,
  dialer: Dialer = createDialer({ connectTo: [] }),
): KubeTransport {
  const connect = createKubeConnect(access, dialer);
  const connectAnew = createKubeConnect(access, dialer, freshConnections);

  const open = async (request: KubeRequest, signal: AbortSignal, again = false): Promise<IncomingMessage> => {
    const { agent, headers: identity } = await (request.fresh ? connectAnew : connect)(again);
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: Record<string, string> = { accept: 'application/json', ...request.headers, ...identity };
    if (body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    const url = new URL(access.server + request.path);
    const answer = await send({ url, method: request.method, headers, body, agent, signal }).answer;
    if (answer.statusCode !== 401 || !access.renewable || again) return answer;
    answer.resume();
    return open(request, signal, true);
  };

  return {
    async send(request) {
      const deadline = (request.time ?? createAllowance()).attempt(request.signal);
      try {
        const answer = await open(request, deadline.signal);
        return { status: answer.statusCode ?? 0, body: (await collect(answer, largestAnswer)).toString('utf8') };
      } catch (error) {
        if (isCatalystError(error)) throw error;
        throw unreachable(access.server, wayTo(access, dialer), deadline.explain(error), request.method);
      } finally {
        deadline.end();
      }
    },
    async *lines(path, signal) {
      const answer = await open({ method: 'GET', path }, deadlineIn(longestWatchMs, signal).signal);
      if (answer.statusCode !== 200)
        throw new WatchRefused(answer.statusCode ?? 0, (await collect(answer, longestLine)).toString('utf8'));
      let rest = '';
      answer.setEncoding('utf8');
      for await (const chunk of answer) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        if (rest.length > longestLine) throw new WatchRefused(200, 'a line without end');
        for (const line of parts) if (line !== '') yield line;
      }
    },
  };
}

type Tls = Pick<KubeAccess, 'ca' | 'cert' | 'key' | 'serverName' | 'insecure'>;

/** How TLS to that server is spoken. An address may not stand in SNI, yet it is what the certificate is checked against. */
export function tlsOptionsOf({ ca, cert, key, serverName, insecure }: Tls): AgentOptions {
  const name = serverName === undefined ? {} : { servername: isIP(serverName) ? '' : serverName };
  const check: AgentOptions =
    serverName === undefined ? {} : { checkServerIdentity: (_host, leaf) => checkServerIdentity(serverName, leaf) };
  // Without an authority of its own, the public ones. Parsed once, not for each connection.
  const secureContext = createSecureContext({ ca: ca ?? trustedAuthorities(), cert, key });
  return { secureContext, rejectUnauthorized: insecure !== true, ...name, ...check };
}

export class WatchRefused extends Error {
  constructor(
    readonly status: number,
    body: string,
  ) {
    super(`watch refused with ${status}: ${body.slice(0, 200)}`);
  }
}

/** The proxy of the kubeconfig wins over that of the environment. */
function wayTo({ server, proxyUrl }: KubeAccess, dialer: Dialer): Through | undefined {
  const url = new URL(server);
  return proxyUrl ? throughOfKubeconfig(proxyUrl, url) : through(dialer.way(url), url);
}

/** `ambiguous`: a write whose answer was lost may have been made; one that never left was not. */
function unreachable(server: string, way: Through | undefined, error: unknown, method: string) {
  const { code } = error as { code?: string };
  const unsent = neverLeft(error);
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const said = inner || code || 'connection failed';
  return fail('E3101', `The Kubernetes API at ${server}${throughText(way)} cannot be reached: ${said}.`, {
    actions: [...proxyActions(inner, way), command('cluster status'), 'Check the kubeconfig and the network'],
    cause: error,
    data: { code, neverLeft: unsent, endless: error instanceof TooLarge, ambiguous: method !== 'GET' && !unsent },
  });
}

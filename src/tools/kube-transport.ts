/** HTTP towards one API server: keep-alive, deadlines, and watches as lines. Network faults become E3101. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { fail, messageOf } from '../support/errors.js';
import type { KubeAccess } from './kubeconfig.js';

export interface KubeRequest {
  method: string;
  path: string;
  body?: unknown;
  contentType?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
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

const agentName = 'catalyst/0.1.0';
/** A watch without any line for longer than the server was asked to keep it is dead. */
const deadWatchMs = 300_000;

export function createKubeTransport(access: KubeAccess): KubeTransport {
  const secure = access.server.startsWith('https:');
  const agent = secure ? new Agent({ keepAlive: true, maxSockets: 32, ...tlsOptionsOf(access) }) : undefined;

  const open = async (request: KubeRequest): Promise<IncomingMessage> => {
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': agentName };
    Object.assign(headers, await access.headers());
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    if (payload !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      headers['content-length'] = String(Buffer.byteLength(payload));
    }
    return new Promise((resolve, reject) => {
      const url = new URL(access.server + request.path);
      const start = secure ? httpsRequest : httpRequest;
      const sent = start(url, { method: request.method, headers, agent, signal: request.signal }, resolve);
      const { timeoutMs } = request;
      if (timeoutMs !== undefined) {
        sent.setTimeout(timeoutMs, () => sent.destroy(new Error(`no answer within ${timeoutMs / 1000}s`)));
      }
      sent.on('error', reject);
      sent.end(payload);
    });
  };

  return {
    async send(request) {
      try {
        const answer = await open({ timeoutMs: 30_000, ...request });
        const chunks: Buffer[] = [];
        for await (const chunk of answer) chunks.push(chunk as Buffer);
        return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') };
      } catch (error) {
        request.signal?.throwIfAborted();
        throw unreachable(access.server, error, request.method);
      }
    },
    async *lines(path, signal) {
      const answer = await open({ method: 'GET', path, signal, timeoutMs: deadWatchMs });
      if (answer.statusCode !== 200) {
        let body = '';
        for await (const chunk of answer) body += chunk;
        throw new WatchRefused(answer.statusCode ?? 0, body);
      }
      let rest = '';
      answer.setEncoding('utf8');
      for await (const chunk of answer) {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        for (const line of parts) if (line !== '') yield line;
      }
    },
  };
}

/** How TLS to that server is spoken. An address may not stand in SNI, yet it is what the certificate is checked against. */
export function tlsOptionsOf({ ca, cert, key, serverName, insecure }: KubeAccess): AgentOptions {
  const name = serverName === undefined ? {} : { servername: isIP(serverName) ? '' : serverName };
  const check: AgentOptions =
    serverName === undefined ? {} : { checkServerIdentity: (_host, leaf) => checkServerIdentity(serverName, leaf) };
  return { ca, cert, key, rejectUnauthorized: insecure !== true, ...name, ...check };
}

export class WatchRefused extends Error {
  constructor(
    readonly status: number,
    body: string,
  ) {
    super(`watch refused with ${status}: ${body.slice(0, 200)}`);
  }
}

/** `ambiguous`: a write whose answer was lost may have been made; one that never left was not. */
function unreachable(server: string, error: unknown, method: string) {
  const { code } = error as { code?: string };
  const neverLeft = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN';
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  return fail('E3101', `The Kubernetes API at ${server} cannot be reached: ${inner || code || 'connection failed'}.`, {
    actions: ['catalyst cluster status', 'Check the kubeconfig and the network'],
    cause: error,
    data: { code, neverLeft, ambiguous: method !== 'GET' && !neverLeft },
  });
}

/** HTTP towards one API server: keep-alive, deadlines, and watches as lines. Network faults become E3101. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
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
  send(request: KubeRequest): Promise<KubeAnswer>;
  /** Lines of a watch until the server ends it or the signal aborts. */
  lines(path: string, signal: AbortSignal): AsyncGenerator<string>;
  close(): void;
}

const agentName = 'catalyst/0.1.0';

export function createKubeTransport(access: KubeAccess): KubeTransport {
  const secure = access.server.startsWith('https:');
  const agent = secure
    ? new Agent({
        keepAlive: true,
        maxSockets: 32,
        ca: access.ca,
        cert: access.cert,
        key: access.key,
        servername: access.serverName,
        rejectUnauthorized: access.insecure !== true,
      })
    : undefined;

  const open = async (request: KubeRequest): Promise<IncomingMessage> => {
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': agentName,
      ...(await access.headers()),
    };
    const payload = request.body === undefined ? undefined : JSON.stringify(request.body);
    if (payload !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      headers['content-length'] = String(Buffer.byteLength(payload));
    }
    return new Promise((resolve, reject) => {
      const url = new URL(access.server + request.path);
      const start = secure ? httpsRequest : httpRequest;
      const sent = start(url, { method: request.method, headers, agent, signal: request.signal }, resolve);
      if (request.timeoutMs !== undefined) {
        sent.setTimeout(request.timeoutMs, () =>
          sent.destroy(new Error(`no answer within ${request.timeoutMs! / 1000}s`)),
        );
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
        throw unreachable(access.server, error, request.method !== 'GET');
      }
    },
    async *lines(path, signal) {
      const answer = await open({ method: 'GET', path, signal });
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
    close: () => agent?.destroy(),
  };
}

export class WatchRefused extends Error {
  constructor(
    readonly status: number,
    body: string,
  ) {
    super(`watch refused with ${status}: ${body.slice(0, 200)}`);
  }
}

/** `ambiguous`: a write whose answer was lost may have been made. */
export function unreachable(server: string, error: unknown, ambiguous: boolean) {
  return fail('E3101', `The Kubernetes API at ${server} cannot be reached: ${messageOf(error)}.`, {
    actions: ['catalyst cluster status', 'check the kubeconfig and the network'],
    cause: error,
    data: { ambiguous },
  });
}

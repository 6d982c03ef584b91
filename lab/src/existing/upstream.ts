/** Calls to a cluster that exists, as whom its kubeconfig says: whole answers for us, open ones for what is passed on. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import {
  createKubeConnect,
  createKubeTransport,
  type KubeTransport,
  tlsOptionsOf,
} from 'catalyst/kubernetes/client/kube-transport.js';
import { readKubeconfig } from 'catalyst/kubernetes/client/kubeconfig.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';

export interface PassedOn {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[]>;
  body?: Buffer;
  signal?: AbortSignal;
  /** As whom the kubeconfig says; false: as whom the headers say, and nobody without. */
  asAdmin: boolean;
}

export interface Upstream {
  server: string;
  /** Name of the context in its kubeconfig. */
  context: string;
  /** Throws E3101 when nothing answers. */
  send: KubeTransport['send'];
  /** Resolves once the head of the answer has come. */
  open(request: PassedOn): Promise<IncomingMessage>;
  /** Address of this machine on the way to it, where it can call us back. Throws E3101 when nothing answers. */
  ourAddress(): Promise<string>;
  close(): void;
}

/** Shorter than an API server keeps an idle connection, so that no call meets one that is being closed. */
const idleMs = 60_000;

/** By its current context when none is given. Throws E3101 when the file is no kubeconfig. */
export function upstreamOf(file: string, context?: string): Upstream {
  const runner = { exec: createExec(createRedactor()), env: process.env, now: () => new Date() };
  const access = readKubeconfig(file, context, runner);
  const secure = access.server.startsWith('https:');
  // an API server believes a client certificate before it looks at a token, so others need connections without ours
  const agentWith = (tls: AgentOptions) =>
    secure ? new Agent({ keepAlive: true, timeout: idleMs, ...tls }) : undefined;
  const connect = createKubeConnect(access, undefined, { timeout: idleMs, maxSockets: Infinity });
  const anybodys = agentWith(tlsOptionsOf({ ...access, cert: undefined, key: undefined }));
  return {
    server: access.server,
    context: access.chosen.context,
    send: createKubeTransport(access).send,
    async open({ method, path, headers, body, signal, asAdmin }) {
      const own = asAdmin ? await connect() : { headers: {}, agent: anybodys };
      return new Promise((resolve, reject) => {
        const start = secure ? httpsRequest : httpRequest;
        const settings = { method, headers: { ...headers, ...own.headers }, agent: own.agent };
        const sent = start(`${access.server}${path}`, { ...settings, ...(signal ? { signal } : {}) }, resolve);
        sent.on('error', reject);
        sent.end(body && body.length > 0 ? body : undefined);
      });
    },
    ourAddress: () => ourAddress(access.server),
    close() {
      void connect().then(
        ({ agent }) => agent.destroy(),
        () => undefined,
      );
      anybodys?.destroy();
    },
  };
}

function ourAddress(server: string): Promise<string> {
  const { hostname, port, protocol } = new URL(server);
  const defaultPort = protocol === 'https:' ? 443 : 80;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port) || defaultPort, hostname.replace(/^\[|\]$/g, ''));
    socket.once('connect', () => {
      resolve(socket.localAddress!);
      socket.destroy();
    });
    socket.once('error', (cause) => reject(fail('E3101', `The cluster at ${server} does not answer.`, { cause })));
  });
}

/**
 * The proxy before a cluster that exists: whoever uses it through the lab comes by here. It writes the request log, keeps what was
 * made there, injects faults, answers for Services where the API server has no way to them, and shows a certificate for the
 * names by which the Sovereign's nodes are called.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Clock } from 'catalyst/support/clock.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';
import type { Controllers } from '../controllers/start.js';
import { kubeconfigText } from '../engines/pki.js';
import type { Faults } from '../requests/faults.js';
import { type LabRequest, type LabResponse, type LabServer, serve } from '../requests/http-server.js';
import { ownAgent, type RequestLog } from '../requests/request-log.js';
import { addToInventory, createdBy } from './inventory.js';
import type { Upstream } from './upstream.js';

export interface ClusterProxy extends LabServer {
  /** The admin's, unless a token is given. */
  kubeconfig(options?: { server?: string; credentials?: { token: string }; namespace?: string }): string;
  /** From now on Services are asked there. */
  lead(to: Pick<Controllers, 'call'> | undefined): void;
}

export interface ClusterProxyOptions {
  /** `mother` or `sovereign`. */
  name: string;
  upstream: Upstream;
  /** Where what is made is kept. */
  made: string;
  authority: CertificateAndKey;
  log: RequestLog;
  faults: Faults;
  clock: Clock;
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
}

const writes = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** Groups whose POST asks a question and changes nothing. */
const asks = /^\/apis\/(authorization|authentication)\.k8s\.io\//;
const serviceProxy = /^\/api\/v1\/namespaces\/([^/]+)\/services\/(?:https?:)?([^/:]+)(?::(\d+))?\/proxy(\/.*)?$/;
/** Headers of one connection, and those that the proxy sets itself. */
const notPassed = new Set('connection keep-alive transfer-encoding expect host upgrade authorization'.split(' '));

export async function openClusterProxy(options: ClusterProxyOptions): Promise<ClusterProxy> {
  const { name, upstream, authority, clock, faults } = options;
  const certificate = await issueCertificate(
    {
      commonName: 'k3s',
      dnsNames: ['localhost', ...options.dnsNames],
      ipAddresses: [...new Set(['127.0.0.1', ...options.ipAddresses])],
    },
    authority,
  );
  const token = randomBytes(24).toString('hex');
  const wanted = Buffer.from(`Bearer ${token}`);
  const isAdmin = ({ headers }: LabRequest) => {
    const given = Buffer.from(headers.authorization ?? '');
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  };
  let leads: Pick<Controllers, 'call'> | undefined;

  async function handler(request: LabRequest): Promise<LabResponse> {
    const admin = isAdmin(request);
    const service = admin ? serviceProxy.exec(request.path) : null;
    if (service && leads) {
      const [, namespace = '', name = '', port = '80', path = '/'] = service;
      return leads.call(namespace, name, Number(port), { ...request, path });
    }
    const isWrite = writes.includes(request.method);
    const dryRun = request.query.has('dryRun');
    const gone = new AbortController();
    const answer = await upstream.open({
      method: request.method,
      path: request.raw.url ?? '/',
      headers: { ...passed(request, isWrite), ...(admin ? {} : callersOwn(request)) },
      asAdmin: admin,
      body: request.body,
      signal: gone.signal,
    });
    const status = answer.statusCode ?? 502;
    const head = {
      status,
      headers: keptHeaders(answer.headers),
      log: { mutating: isWrite && !dryRun && !asks.test(request.path) },
    };
    if (!isWrite) return { ...head, stream: (out, signal) => passOn(answer, out, signal, gone) };
    const body = await wholeOf(answer);
    const object = status === 201 && !dryRun ? createdBy(request.method, request.path, body) : undefined;
    if (object) addToInventory(options.made, object);
    return { ...head, body };
  }

  const server = await serve({
    name: `kubernetes/${name}`,
    handler,
    log: withoutPrograms(options.log),
    faults,
    clock,
    tls: { cert: certificate.certificate, key: certificate.key },
  });
  return {
    ...server,
    kubeconfig: ({ server: address = server.endpoint, credentials = { token }, namespace } = {}) =>
      kubeconfigText({ name, server: address, authority: authority.certificate, credentials, namespace }),
    lead(to) {
      leads = to;
    },
  };
}

async function passOn(
  answer: IncomingMessage,
  out: NodeJS.WritableStream,
  signal: AbortSignal,
  gone: AbortController,
): Promise<void> {
  signal.addEventListener('abort', () => gone.abort(signal.reason), { once: true });
  if (signal.aborted) gone.abort(signal.reason);
  await pipeline(answer, out);
}

async function wholeOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What is made is read from the answer to a write, so that comes plain and as JSON; every client of Kubernetes takes it so. */
function passed({ headers }: LabRequest, isWrite: boolean): Record<string, string | string[]> {
  const kept = keptHeaders(headers);
  if (!isWrite) return kept;
  const { 'accept-encoding': _, accept, ...rest } = kept;
  return { ...rest, accept: String(accept ?? '').includes('as=Table') ? String(accept) : 'application/json' };
}

const callersOwn = ({ headers: { authorization } }: LabRequest): Record<string, string> =>
  authorization ? { authorization } : {};

const keptHeaders = (headers: NodeJS.Dict<string | string[]>) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) =>
      value === undefined || notPassed.has(key) ? [] : [[key, value] as const],
    ),
  );

/** The lab's own controllers, kwok and Flux are the world, not something that somebody does to it. */
const withoutPrograms = (log: RequestLog): RequestLog => ({
  ...log,
  record: (request) =>
    request.userAgent.startsWith(ownAgent) || /^(kwok|\w+-controller)/.test(request.userAgent)
      ? undefined
      : log.record(request),
});

/**
 * The emulated Traefik of a cluster: two ports on loopback that stand for its entry points. They answer with the routes, Middlewares
 * and certificates that the cluster's objects give; whether a packet gets here is for the lab's internet to say.
 */
import { hostname } from 'node:os';
import type { SecureContext } from 'node:tls';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import { isWithin } from '../../internet/networks.js';
import type { Faults } from '../../requests/faults.js';
import { type LabRequest, type LabResponse, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { type CallService, text } from '../component.js';
import { redirect, through, withScheme } from './middlewares.js';
import { readTimeout } from './read-timeout.js';
import { traefikCertificates } from './traefik-certificates.js';
import { routesOf } from './traefik-routes.js';
import { tidied } from './traefik-rules.js';

export interface Ingress {
  /** Entry point `web`. */
  http: { port: number };
  /** Entry point `websecure`. */
  https: { port: number };
  close(): Promise<void>;
}

export interface IngressOptions {
  lab: ReconcileContext;
  call: CallService;
  /** Name in the request log: `ingress`, `mother-ingress`. */
  name: string;
  log: RequestLog;
  faults: Faults;
}

export async function startIngress(options: IngressOptions): Promise<Ingress> {
  const { lab, name, log, faults } = options;
  const { fallback, contextFor } = await traefikCertificates(lab);
  const tls = {
    ...fallback,
    SNICallback: (host: string, done: (error: Error | null, context?: SecureContext) => void) =>
      done(null, contextFor(host.toLowerCase())),
  };
  // the mother's is older and not what a walk is about
  const bodyMs = (entryPoint: string) => () =>
    name === 'mother-ingress' ? undefined : readTimeout(argumentsOf(lab), entryPoint);
  const handler = (secure: boolean) => (request: LabRequest) => answer(request, secure, options);
  const http = await serve({ name, log, faults, clock: lab.clock, handler: handler(false), bodyMs: bodyMs('web') });
  const https = await serve({
    name,
    log,
    faults,
    clock: lab.clock,
    handler: handler(true),
    bodyMs: bodyMs('websecure'),
    tls,
  });
  return { http, https, close: async () => void (await Promise.all([http.close(), https.close()])) };
}

async function answer(request: LabRequest, secure: boolean, options: IngressOptions): Promise<LabResponse> {
  const { lab, call } = options;
  const asked = { host: String(request.headers.host ?? ''), secure };
  const host = asked.host.replace(/:\d+$/, '').toLowerCase();
  const toHttps = secure ? undefined : redirectOf(lab);
  if (toHttps) {
    const query = request.query.size > 0 ? `?${request.query}` : '';
    const target = withScheme('https', toHttps.port, { ...asked, path: `${tidied(request.path)}${query}` });
    return redirect(target!, toHttps.permanent, request);
  }
  const path = tidied(request.path);
  const forAll = secure && hasTls(lab);
  const route = routesOf(lab).find((one) => (forAll || one.tls === secure) && one.matches({ host, path, secure }));
  if (!route?.service) return text(404, '404 page not found\n');
  const secretOf = (namespace = '', name: string) => lab.store.get('v1/Secret', namespace, name);
  const passed = through(route.middlewares, forwarded({ ...request, path }, asked), asked, secretOf);
  if ('response' in passed) return passed.response;
  const { namespace, name, port } = route.service;
  return call(namespace, name, port, passed.request);
}

/** The request with what Traefik tells of who asked; what the caller said of it himself is not believed. */
function forwarded(request: LabRequest, { host, secure }: { host: string; secure: boolean }): LabRequest {
  const own = Object.entries(request.headers).filter(([name]) => !/^x-(forwarded-.*|real-ip)$/.test(name));
  const address = request.raw.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1';
  const headers = {
    ...Object.fromEntries(own),
    'x-forwarded-for': address,
    'x-forwarded-host': host,
    'x-forwarded-port': /:(\d+)$/.exec(host)?.[1] ?? (secure ? '443' : '80'),
    'x-forwarded-proto': secure ? 'https' : 'http',
    'x-forwarded-server': hostname(),
    'x-real-ip': address,
  };
  return { ...request, headers };
}

/** What its chart gave it. */
const argumentsOf = (lab: ReconcileContext): string[] =>
  (['apps/v1/Deployment', 'apps/v1/DaemonSet'] as const)
    .flatMap((kind) => lab.store.list(kind))
    .filter((one) => one.metadata.name === 'traefik')
    .flatMap((one) => (one.spec.template?.spec?.containers ?? []) as { args?: string[] }[])
    .flatMap(({ args = [] }) => args);

function said(lab: ReconcileContext, name: string): string | undefined {
  const flag = `--entrypoints.${name}=`;
  return argumentsOf(lab)
    .find((one) => one.toLowerCase().startsWith(flag))
    ?.slice(flag.length);
}

/**
 * Whether an entry point reads the PROXY header of that address; to any other the header is a malformed request (Traefik 3.7, entry
 * points, proxyProtocol.trustedIPs).
 */
export const believes = (lab: ReconcileContext, entryPoint: string, address: string): boolean =>
  said(lab, `${entryPoint}.proxyprotocol.insecure`) === 'true' ||
  (said(lab, `${entryPoint}.proxyprotocol.trustedips`) ?? '').split(',').some((cidr) => isWithin(address, cidr));

/** Whether `websecure` takes TLS off for routes that do not ask for it; so it is where a chart says nothing. */
const hasTls = (lab: ReconcileContext) => said(lab, 'websecure.http.tls') === 'true' || argumentsOf(lab).length === 0;

/** Where all that comes by `web` is sent. */
function redirectOf(lab: ReconcileContext): { port: string | undefined; permanent: boolean } | undefined {
  const to = said(lab, 'web.http.redirections.entrypoint.to');
  if (!to) return undefined;
  const permanent = said(lab, 'web.http.redirections.entrypoint.permanent') !== 'false';
  return { port: to.startsWith(':') ? to.slice(1) : undefined, permanent };
}

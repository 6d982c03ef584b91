/**
 * The played Traefik of a cluster: two ports on loopback that stand for its NodePorts (or the mother's 80 and 443). They answer
 * while a Traefik pod is Ready, with the routes, Middlewares and certificates that the cluster's objects give.
 */
import { hostname } from 'node:os';
import type { SecureContext } from 'node:tls';
import type { Lab } from '../controllers/engine.js';
import type { Faults } from '../faults.js';
import { type LabRequest, type LabResponse, serve } from '../http-server.js';
import type { RequestLog } from '../request-log.js';
import { type CallService, text } from './component.js';
import { redirect, through, withScheme } from './middlewares.js';
import { isOpen } from './node-ports.js';
import { traefikCertificates } from './traefik-certificates.js';
import { routesOf } from './traefik-routes.js';
import { tidied } from './traefik-rules.js';

export interface Ingress {
  /** NodePort 31080 (or the mother's 80). */
  http: { port: number };
  /** NodePort 31443 (or the mother's 443). */
  https: { port: number };
  close(): Promise<void>;
}

export interface IngressOptions {
  lab: Lab;
  call: CallService;
  /** Name in the request log: `ingress`, `mother-ingress`. */
  name: string;
  log: RequestLog;
  faults: Faults;
  /** NodePorts that must lead to a Ready pod; without them the ingress is always there (the mother's). */
  nodePorts?: { http: number; https: number };
}

export async function startIngress(options: IngressOptions): Promise<Ingress> {
  const { lab, name, log, faults } = options;
  const { fallback, contextFor } = await traefikCertificates(lab);
  const tls = {
    ...fallback,
    SNICallback: (host: string, done: (error: Error | null, context?: SecureContext) => void) =>
      done(null, contextFor(host.toLowerCase())),
  };
  const handler = (secure: boolean) => (request: LabRequest) => answer(request, secure, options);
  const http = await serve({ name, log, faults, clock: lab.clock, handler: handler(false) });
  const https = await serve({ name, log, faults, clock: lab.clock, handler: handler(true), tls });
  return { http, https, close: async () => void (await Promise.all([http.close(), https.close()])) };
}

async function answer(request: LabRequest, secure: boolean, options: IngressOptions): Promise<LabResponse> {
  const { lab, call, nodePorts } = options;
  if (nodePorts && !isOpen(lab, secure ? nodePorts.https : nodePorts.http)) {
    // nothing listens on that NodePort
    request.raw.socket.destroy();
    return { status: 502 };
  }
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
  const passed = through(route.middlewares, forwarded({ ...request, path }, asked), asked);
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
const argumentsOf = (lab: Lab): string[] =>
  lab.store
    .list('apps/v1/Deployment')
    .filter((one) => one.metadata.name === 'traefik')
    .flatMap((one) => (one.spec.template?.spec?.containers ?? []) as { args?: string[] }[])
    .flatMap(({ args = [] }) => args);

function said(lab: Lab, name: string): string | undefined {
  const flag = `--entrypoints.${name}=`;
  return argumentsOf(lab)
    .find((one) => one.toLowerCase().startsWith(flag))
    ?.slice(flag.length);
}

/** Whether `websecure` takes TLS off for routes that do not ask for it; so it is where a chart says nothing. */
const hasTls = (lab: Lab) => said(lab, 'websecure.http.tls') === 'true' || argumentsOf(lab).length === 0;

/** Where all that comes by `web` is sent. */
function redirectOf(lab: Lab): { port: string | undefined; permanent: boolean } | undefined {
  const to = said(lab, 'web.http.redirections.entrypoint.to');
  if (!to) return undefined;
  const permanent = said(lab, 'web.http.redirections.entrypoint.permanent') !== 'false';
  return { port: to.startsWith(':') ? to.slice(1) : undefined, permanent };
}

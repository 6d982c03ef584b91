/** The played Traefik of one cluster: HTTP and HTTPS on loopback, routed by the cluster's own objects, with its own certificates. */
import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeObject } from '../../tools/kube.js';
import { issueCertificate } from '../certificates.js';
import type { Lab } from '../controllers/engine.js';
import { isReady } from '../controllers/pods.js';
import { podsBehind } from '../controllers/services.js';
import type { Faults } from '../faults.js';
import { type LabRequest, type LabResponse, type LabServer, serve } from '../http-server.js';
import type { RequestLog } from '../request-log.js';
import { type CallService, text } from './component.js';
import { through } from './middlewares.js';
import { type Route, routesOf } from './traefik-routes.js';

export interface Ingress {
  /** NodePort 31080 (or the mother's 80). */
  http: LabServer;
  /** NodePort 31443 (or the mother's 443). */
  https: LabServer;
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
  const fallback = await issueCertificate({
    commonName: 'TRAEFIK DEFAULT CERT',
    dnsNames: ['traefik.default'],
  });
  const contexts = new Map<string, SecureContext>();
  const contextOf = (secret: KubeObject | undefined): SecureContext | undefined => {
    if (!secret?.data?.['tls.crt']) return undefined;
    const id = `${secret.metadata.uid} ${secret.metadata.resourceVersion}`;
    const decode = (key: string) => Buffer.from(secret.data[key], 'base64').toString();
    if (!contexts.has(id)) contexts.set(id, createSecureContext({ cert: decode('tls.crt'), key: decode('tls.key') }));
    return contexts.get(id);
  };
  const tls = {
    cert: fallback.certificate,
    key: fallback.key,
    SNICallback: (host: string, done: (error: Error | null, context?: SecureContext) => void) =>
      done(
        null,
        contextOf(certificateFor(host, lab)) ?? createSecureContext({ cert: fallback.certificate, key: fallback.key }),
      ),
  };
  const handler = (secure: boolean) => (request: LabRequest) => answer(request, secure, options);
  const http = await serve({ name, log, faults, clock: lab.clock, handler: handler(false) });
  const https = await serve({ name, log, faults, clock: lab.clock, handler: handler(true), tls });
  return { http, https, close: async () => void (await Promise.all([http.close(), https.close()])) };
}

const hostOf = (request: LabRequest): string =>
  String(request.headers.host ?? '')
    .replace(/:\d+$/, '')
    .toLowerCase();

function certificateFor(host: string, lab: Lab): KubeObject | undefined {
  const asked = { host, secure: true };
  const route = routesOf(lab).find((one) => one.tls && ['/', '/x'].some((path) => one.matches({ ...asked, path })));
  const own = route?.tls ?? lab.store.list('networking.k8s.io/v1/Ingress').flatMap((one) => namedTls(one, host))[0];
  const secret = own && lab.store.get('v1/Secret', own.namespace, own.secretName);
  if (secret) return secret;
  const store = lab.store.list('traefik.io/v1alpha1/TLSStore').find((one) => one.metadata.name === 'default');
  const name = store?.spec.defaultCertificate?.secretName;
  return name && lab.store.get('v1/Secret', store.metadata.namespace, name);
}

function namedTls(ingress: KubeObject, host: string): NonNullable<Route['tls']>[] {
  return ((ingress.spec.tls ?? []) as { hosts?: string[]; secretName?: string }[])
    .filter((entry) => entry.secretName && entry.hosts?.includes(host))
    .map((entry) => ({ namespace: ingress.metadata.namespace!, secretName: entry.secretName! }));
}

/** The pods that a NodePort leads to are Ready. */
function isOpen(lab: Lab, nodePort: number): boolean {
  return lab.store
    .list('v1/Service')
    .some(
      (service) =>
        ((service.spec.ports ?? []) as { nodePort?: number }[]).some((port) => port.nodePort === nodePort) &&
        podsBehind(service, lab).some(isReady),
    );
}

async function answer(request: LabRequest, secure: boolean, options: IngressOptions): Promise<LabResponse> {
  const { lab, call, nodePorts } = options;
  if (nodePorts && !isOpen(lab, secure ? nodePorts.https : nodePorts.http)) {
    // nothing listens on that NodePort
    request.raw.socket.destroy();
    return { status: 502 };
  }
  const host = hostOf(request);
  if (!secure && redirectsToHttps(lab)) {
    const query = request.query.size > 0 ? `?${request.query}` : '';
    return text(301, 'Moved Permanently', { location: `https://${host}${request.path}${query}` });
  }
  const route = routesOf(lab).find((one) => one.matches({ host, path: request.path, secure }));
  if (!route) return text(404, '404 page not found\n');
  const passed = through(route.middlewares, request, { host, secure });
  if ('response' in passed) return passed.response;
  if (!route.service?.name) return text(404, '404 page not found\n');
  const { namespace, name } = route.service;
  const headers = {
    ...passed.request.headers,
    'x-forwarded-host': host,
    'x-forwarded-proto': secure ? 'https' : 'http',
  };
  return call(namespace, name, portOf(route.service, lab), { ...passed.request, headers });
}

function portOf(service: NonNullable<Route['service']>, lab: Lab): number {
  if (typeof service.port === 'number') return service.port;
  const object = lab.store.get('v1/Service', service.namespace, service.name);
  return (
    ((object?.spec.ports ?? []) as { name?: string; port: number }[]).find((one) => one.name === service.port)?.port ??
    Number(service.port)
  );
}

/** Traefik's own arguments send everything on `web` to `websecure`. */
function redirectsToHttps(lab: Lab): boolean {
  return lab.store
    .list('apps/v1/Deployment')
    .filter((one) => one.metadata.name === 'traefik')
    .flatMap((one) =>
      ((one.spec.template?.spec?.containers ?? []) as { args?: string[] }[]).flatMap(
        (container) => container.args ?? [],
      ),
    )
    .some((argument) => /^--entry[pP]oints\.web\.http\.redirections\.entry[pP]oint\.to=/i.test(argument));
}

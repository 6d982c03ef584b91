/**
 * Routes on the mother by content: which objects, in any namespace, lead a host to something, and what they use on the way.
 * Ingress, Traefik's IngressRoute and the Gateway API; a rule without a host leads every host. Pure.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';

const traefik = 'traefik.io/v1alpha1';
const gateway = 'gateway.networking.k8s.io/v1';

/** A kind that a mother does not serve lists as empty. */
export const routeKinds = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: traefik, kind: 'IngressRoute' },
  { apiVersion: traefik, kind: 'IngressRouteTCP' },
  { apiVersion: gateway, kind: 'HTTPRoute' },
] as const;

export interface Route {
  /** Exact hosts, `*.example.org`, or `*` for every host. */
  hosts: string[];
  /** First paths below which it answers, of an Ingress; `/` else. */
  paths: { host: string; path: string }[];
  /** What it uses, as `Kind namespace/name`. */
  uses: string[];
}

/** Undefined for an object that is no route. */
export function routeOf(object: KubeObject): Route | undefined {
  const { kind, spec = {} } = object;
  if (kind === 'Ingress') return ingressRoute(object);
  if (kind === 'IngressRoute' || kind === 'IngressRouteTCP') return traefikRoute(object);
  if (kind !== 'HTTPRoute') return undefined;
  const hosts = spec.hostnames?.length > 0 ? (spec.hostnames as string[]) : ['*'];
  return { hosts, paths: rootPaths(hosts), uses: [] };
}

function ingressRoute({ metadata, spec = {} }: KubeObject): Route {
  const rules = (spec.rules ?? []) as {
    host?: string;
    http?: { paths?: { path?: string; backend?: { service?: { name: string } } }[] };
  }[];
  const at = (kind: string, name: string | undefined) => (name ? [`${kind} ${metadata.namespace}/${name}`] : []);
  const paths = rules.flatMap(({ host = '*', http }) => (http?.paths ?? []).map(({ path = '/' }) => ({ host, path })));
  const middlewares = String(metadata.annotations?.['traefik.ingress.kubernetes.io/router.middlewares'] ?? '');
  return {
    hosts: [...rules.map(({ host = '*' }) => host), ...(spec.defaultBackend ? ['*'] : [])],
    paths,
    uses: [
      ...rules.flatMap(({ http }) =>
        (http?.paths ?? []).flatMap(({ backend }) => at('Service', backend?.service?.name)),
      ),
      ...((spec.tls ?? []) as { secretName?: string }[]).flatMap(({ secretName }) => at('Secret', secretName)),
      ...middlewares
        .split(',')
        .map((ref) => ref.trim())
        .filter((ref) => ref.endsWith('@kubernetescrd'))
        .map((ref) => `@${ref.slice(0, -'@kubernetescrd'.length)}`),
    ],
  };
}

function traefikRoute({ metadata, spec = {} }: KubeObject): Route {
  interface Ref {
    name: string;
    namespace?: string;
    kind?: string;
  }
  const routes = (spec.routes ?? []) as { match?: string; middlewares?: Ref[]; services?: Ref[] }[];
  const hosts = routes.flatMap(({ match = '' }) => hostsOfRule(match));
  const at = (kind: string) => (ref: Ref) => `${ref.kind ?? kind} ${ref.namespace ?? metadata.namespace}/${ref.name}`;
  const secret = spec.tls?.secretName as string | undefined;
  return {
    hosts,
    paths: rootPaths(hosts),
    uses: [
      ...routes.flatMap(({ middlewares = [] }) => middlewares.map(at('Middleware'))),
      ...routes.flatMap(({ services = [] }) => services.map(at('Service'))),
      ...(secret ? [`Secret ${metadata.namespace}/${secret}`] : []),
    ],
  };
}

/** Hosts of a Traefik rule; one that names none, or only a pattern, may lead every host. */
function hostsOfRule(match: string): string[] {
  if (/HostRegexp|HostSNIRegexp|!\s*Host/.test(match)) return ['*'];
  const lists = [...match.matchAll(/Host(?:SNI)?\(([^)]*)\)/g)].map((found) => found[1] ?? '');
  const hosts = lists.flatMap((list) => [...list.matchAll(/[`'"]([^`'"]+)[`'"]/g)].map((found) => found[1] ?? ''));
  return hosts.length > 0 ? hosts : ['*'];
}

const rootPaths = (hosts: readonly string[]) =>
  hosts.filter((host) => !host.includes('*')).map((host) => ({ host, path: '/' }));

/** True when a route with this host pattern leads `host`. */
export function leads(pattern: string, host: string): boolean {
  const [wanted, name] = [pattern.toLowerCase(), host.toLowerCase()];
  return wanted === '*' || wanted === name || (wanted.startsWith('*.') && name.endsWith(wanted.slice(1)));
}

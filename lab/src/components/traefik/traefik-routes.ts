/** The routes that Traefik would have: Ingress and IngressRoute objects, most specific first, with their Middlewares. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import { type Matcher, parseRule } from './traefik-rules.js';

export interface Route {
  matches: Matcher;
  priority: number;
  service?: { namespace: string; name: string; port: number } | undefined;
  middlewares: KubeObject[];
  /** It asks for TLS by itself: it answers nobody without, and needs no entry point that has it. */
  tls: boolean;
}

type Seen = Pick<ReconcileContext, 'store'>;

const INGRESS = 'networking.k8s.io/v1/Ingress';
const INGRESS_CLASS = 'networking.k8s.io/v1/IngressClass';
const INGRESS_ROUTE = 'traefik.io/v1alpha1/IngressRoute';
const MIDDLEWARE = 'traefik.io/v1alpha1/Middleware';
const SERVICE = 'v1/Service';
const ANNOTATION = 'traefik.ingress.kubernetes.io/router';
export const ROUTED_KINDS = [INGRESS, INGRESS_CLASS, INGRESS_ROUTE, MIDDLEWARE, 'traefik.io/v1alpha1/TLSStore'];

export function routesOf(lab: Seen): Route[] {
  const routes = [
    ...ingressesOf(lab).flatMap((one) => ofIngress(one, lab)),
    ...lab.store.list(INGRESS_ROUTE).flatMap((one) => ofIngressRoute(one, lab)),
  ];
  return routes.sort((a, b) => b.priority - a.priority);
}

/** Ingresses of a class that is Traefik's: by its object, or by the older annotation. */
export function ingressesOf(lab: Seen): KubeObject[] {
  const classes = lab.store
    .list(INGRESS_CLASS)
    .filter((one) => one.spec?.controller === 'traefik.io/ingress-controller')
    .map((one) => one.metadata.name);
  return lab.store.list(INGRESS).filter(({ metadata, spec }) => {
    const named = spec.ingressClassName;
    return named ? classes.includes(named) : metadata.annotations?.['kubernetes.io/ingress.class'] === 'traefik';
  });
}

/** Both entry points unless some are named. */
const entryFits = (entryPoints: readonly string[] | undefined, secure: boolean): boolean =>
  !entryPoints || entryPoints.length === 0 || entryPoints.includes(secure ? 'websecure' : 'web');

const quoted = (text: string) => JSON.stringify(text);

function ofIngress(ingress: KubeObject, lab: Seen): Route[] {
  const namespace = ingress.metadata.namespace!;
  const notes = ingress.metadata.annotations ?? {};
  const entryPoints = notes[`${ANNOTATION}.entrypoints`]?.split(',').map((name) => name.trim());
  // a certificate of its own does not say so
  const tls = notes[`${ANNOTATION}.tls`] === 'true';
  const names = notes[`${ANNOTATION}.middlewares`]?.split(',') ?? [];
  const middlewares = names.map((name) =>
    lab.store
      .list(MIDDLEWARE)
      .find((one) => `${one.metadata.namespace}-${one.metadata.name}@kubernetescrd` === name.trim()),
  );
  const fixed = Number(notes[`${ANNOTATION}.priority`] ?? 0);
  return ((ingress.spec.rules ?? []) as KubeObject[]).flatMap((rule) =>
    ((rule.http?.paths ?? []) as KubeObject[]).flatMap((entry) => {
      const parts = [
        ...(rule.host ? [`Host(${quoted(rule.host)})`] : []),
        ...(entry.path ? [`${entry.pathType === 'Exact' ? 'Path' : 'PathPrefix'}(${quoted(entry.path)})`] : []),
      ];
      const text = parts.join(' && ');
      const { name, port = {} } = entry.backend?.service ?? {};
      const service = serviceOf(lab, namespace, name, port.number ?? port.name);
      const fits = parseRule(text);
      const matches: Matcher = (asked) => entryFits(entryPoints, asked.secure) && fits(asked);
      return routeOf({ matches, priority: fixed || text.length, middlewares, service, tls });
    }),
  );
}

function ofIngressRoute(object: KubeObject, lab: Seen): Route[] {
  const namespace = object.metadata.namespace!;
  return ((object.spec.routes ?? []) as KubeObject[]).flatMap((entry) => {
    const text = String(entry.match);
    const fits = parseRule(text);
    const [service] = entry.services ?? [];
    const middlewares = ((entry.middlewares ?? []) as { name: string; namespace?: string }[]).map((one) =>
      // what lies in another namespace is refused
      (one.namespace ?? namespace) === namespace ? lab.store.get(MIDDLEWARE, namespace, one.name) : undefined,
    );
    const isOwn = service && service.kind !== 'TraefikService' && (service.namespace ?? namespace) === namespace;
    const found = isOwn ? serviceOf(lab, namespace, service.name, service.port) : undefined;
    const matches: Matcher = (asked) => entryFits(object.spec.entryPoints, asked.secure) && fits(asked);
    const priority = entry.priority || text.length;
    return routeOf({ matches, priority, middlewares, service: found, tls: object.spec.tls !== undefined });
  });
}

/** No route at all where its Service, that port of it or one of its Middlewares is missing. */
function routeOf(about: Omit<Route, 'middlewares'> & { middlewares: readonly (KubeObject | undefined)[] }): Route[] {
  const middlewares = about.middlewares.flatMap((one) => one ?? []);
  return about.service && middlewares.length === about.middlewares.length ? [{ ...about, middlewares }] : [];
}

/** That port of that Service, by its number or its name; none of a Service that stands for a name outside. */
function serviceOf(lab: Seen, namespace: string, name: string, port: number | string): Route['service'] {
  const service = lab.store.get(SERVICE, namespace, name);
  if (!service || service.spec.type === 'ExternalName') return undefined;
  const ports = (service.spec.ports ?? []) as { name?: string; port: number }[];
  const found = ports.find((one) => one.port === port || (one.name !== undefined && one.name === port));
  return found && { namespace, name, port: found.port };
}

/** The routes that Traefik would have: Ingress and IngressRoute objects, most specific first, with their Middlewares. */
import type { KubeObject } from '../../tools/kube.js';
import type { Lab } from '../controllers/engine.js';

export interface Asked {
  host: string;
  /** Still percent-encoded. */
  path: string;
  secure: boolean;
}

export interface Route {
  matches(asked: Asked): boolean;
  priority: number;
  service?: { namespace: string; name: string; port: number | string };
  middlewares: KubeObject[];
  /** Secret with its certificate. */
  tls?: { namespace: string; secretName: string };
}

const INGRESS = 'networking.k8s.io/v1/Ingress';
const INGRESS_ROUTE = 'traefik.io/v1alpha1/IngressRoute';
const MIDDLEWARE = 'traefik.io/v1alpha1/Middleware';
const ANNOTATION = 'traefik.ingress.kubernetes.io/router';
export const ROUTED_KINDS = [INGRESS, INGRESS_ROUTE, MIDDLEWARE, 'traefik.io/v1alpha1/TLSStore'];

export function routesOf(lab: Pick<Lab, 'store'>): Route[] {
  const routes = [
    ...lab.store.list(INGRESS).flatMap((one) => ofIngress(one, lab)),
    ...lab.store.list(INGRESS_ROUTE).flatMap((one) => ofIngressRoute(one, lab)),
  ];
  return routes.sort((a, b) => b.priority - a.priority);
}

const hostFits = (wanted: string | undefined, host: string): boolean =>
  !wanted || wanted === host || (wanted.startsWith('*.') && host.split('.').slice(1).join('.') === wanted.slice(2));

const entryFits = (entryPoints: readonly string[] | undefined, secure: boolean): boolean =>
  !entryPoints || entryPoints.length === 0 || entryPoints.includes(secure ? 'websecure' : 'web');

function ofIngress(ingress: KubeObject, lab: Pick<Lab, 'store'>): Route[] {
  const namespace = ingress.metadata.namespace!;
  const notes = ingress.metadata.annotations ?? {};
  const entryPoints = notes[`${ANNOTATION}.entrypoints`]?.split(',');
  const names = notes[`${ANNOTATION}.middlewares`]?.split(',') ?? [];
  const middlewares = names.flatMap((name) => {
    const found = lab.store
      .list(MIDDLEWARE)
      .find((one) => `${one.metadata.namespace}-${one.metadata.name}@kubernetescrd` === name.trim());
    return found ? [found] : [];
  });
  const fixed = Number(notes[`${ANNOTATION}.priority`]);
  return ((ingress.spec.rules ?? []) as KubeObject[]).flatMap((rule) =>
    ((rule.http?.paths ?? []) as KubeObject[]).map((entry): Route => {
      const path: string = entry.path ?? '/';
      const exact = entry.pathType === 'Exact';
      const port = entry.backend?.service?.port ?? {};
      return {
        priority: fixed || (rule.host ?? '').length + path.length + (exact ? 20 : 10),
        middlewares,
        service: { namespace, name: entry.backend?.service?.name, port: port.number ?? port.name },
        tls: tlsOf(ingress, rule.host),
        matches: (asked) =>
          hostFits(rule.host, asked.host) &&
          entryFits(entryPoints, asked.secure) &&
          (exact
            ? asked.path === path
            : asked.path === path || asked.path.startsWith(path.endsWith('/') ? path : `${path}/`)),
      };
    }),
  );
}

function tlsOf(ingress: KubeObject, host: string | undefined): Route['tls'] {
  const entries = (ingress.spec.tls ?? []) as { hosts?: string[]; secretName?: string }[];
  const found = entries.find(
    (entry) => entry.secretName && (!entry.hosts || entry.hosts.some((one) => hostFits(one, host ?? ''))),
  );
  return found?.secretName ? { namespace: ingress.metadata.namespace!, secretName: found.secretName } : undefined;
}

function ofIngressRoute(object: KubeObject, lab: Pick<Lab, 'store'>): Route[] {
  const namespace = object.metadata.namespace!;
  const secretName = object.spec.tls?.secretName;
  return ((object.spec.routes ?? []) as KubeObject[]).map((entry): Route => {
    const rule = parseRule(String(entry.match));
    const service = entry.services?.[0];
    return {
      priority: entry.priority || String(entry.match).length,
      middlewares: ((entry.middlewares ?? []) as { name: string; namespace?: string }[]).flatMap((one) => {
        const found = lab.store.get(MIDDLEWARE, one.namespace ?? namespace, one.name);
        return found ? [found] : [];
      }),
      ...(service && service.kind !== 'TraefikService'
        ? { service: { namespace: service.namespace ?? namespace, name: service.name, port: service.port } }
        : {}),
      ...(secretName ? { tls: { namespace, secretName } } : {}),
      matches: (asked) =>
        entryFits(object.spec.entryPoints, asked.secure) &&
        (object.spec.tls === undefined || asked.secure) &&
        rule(asked),
    };
  });
}

type Matcher = (asked: Asked) => boolean;

/** Traefik's rule language as far as the tree uses it: Host, Path, PathPrefix, PathRegexp, HostRegexp with &&, || , ! and brackets. */
export function parseRule(rule: string): Matcher {
  const tokens = rule.match(/&&|\|\||!|\(|\)|,|`[^`]*`|[A-Za-z]+/g) ?? [];
  let at = 0;
  const either = (): Matcher => {
    const parts = [both()];
    while (tokens[at] === '||') {
      at += 1;
      parts.push(both());
    }
    return (asked) => parts.some((part) => part(asked));
  };
  const both = (): Matcher => {
    const parts = [one()];
    while (tokens[at] === '&&') {
      at += 1;
      parts.push(one());
    }
    return (asked) => parts.every((part) => part(asked));
  };
  const one = (): Matcher => {
    const token = tokens[at++];
    if (token === '!') {
      const inner = one();
      return (asked) => !inner(asked);
    }
    if (token === '(') {
      const inner = either();
      at += 1;
      return inner;
    }
    const values: string[] = [];
    at += 1;
    while (at < tokens.length && tokens[at] !== ')') {
      if (tokens[at]!.startsWith('`')) values.push(tokens[at]!.slice(1, -1));
      at += 1;
    }
    at += 1;
    return matcher(token ?? '', values);
  };
  return either();
}

function matcher(name: string, values: readonly string[]): Matcher {
  if (name === 'Host') return ({ host }) => values.includes(host);
  if (name === 'HostRegexp') return ({ host }) => values.some((value) => new RegExp(value).test(host));
  if (name === 'Path') return ({ path }) => values.includes(path);
  if (name === 'PathPrefix') return ({ path }) => values.some((value) => path.startsWith(value));
  if (name === 'PathRegexp') return ({ path }) => values.some((value) => new RegExp(value).test(path));
  return () => false;
}

/**
 * What the mother's own objects say about what is protected there, beside the namespaces: which Flux objects reconcile the
 * demos, which routes lead their hosts and what these use, and which Kustomization owns catalyst-api.
 */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { bareName, protectedHosts } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { discoverCatalyst } from '../discover.js';
import { controllerOf } from '../fingerprint/print-objects.js';
import { ownKinds, ownPrefix } from '../own-names.js';
import { readByOthers } from './in-use.js';
import { kubeconfigSecretOf, nameOfObject, type Ownership, ownershipOf } from './ownership.js';
import { isProtectedNamespace } from './protected-namespaces.js';
import { dependenciesOf, protectedReconcilers, readReconcilers } from './reconcilers.js';
import { leads, type Route, routeKinds, routeOf } from './routes.js';

export interface MotherFacts {
  /** Why each object outside the protected namespaces is protected, by `Kind namespace/name`. */
  guarded: ReadonlyMap<string, string>;
  /** Flux objects that are this Sovereign's, by `Kind namespace/name`. */
  own: ReadonlySet<string>;
  /** What else is this Sovereign's alone and may be deleted, by `Kind namespace/name`: read for a write of that row alone (`erasable.ts`). */
  erasable?: ReadonlySet<string>;
  /** `Kustomization namespace/name` that owns catalyst-api. */
  owner?: string;
  /** Every host of the demos and of the mother's services, by content and by name. */
  hosts: readonly string[];
  /** `https://host/path` of every route to a host of a protected namespace. */
  pages: readonly string[];
  /** Whose each object is that is there under a name that catalyst gives, by `Kind namespace/name`; the Lease is everybody's. */
  made: ReadonlyMap<string, Ownership>;
}

/** Throws E5002 when anything of it cannot be read: what was not read is not unprotected. */
export async function readMotherFacts(mother: Kube, sovereign: Sovereign): Promise<MotherFacts> {
  try {
    const [reconcilers, routes, middlewares, certificates, named, catalyst] = await Promise.all([
      readReconcilers(mother),
      Promise.all(routeKinds.map((kind) => mother.list(kind))).then((lists) => lists.flat()),
      mother.list({ apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' }),
      mother.list({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' }),
      Promise.all(namedKinds.map((kind) => mother.list(kind))).then((lists) => lists.flat()),
      discoverCatalyst(mother, sovereign),
    ]);
    const owner = catalyst.kustomization;
    return factsOf(sovereign, { reconcilers, routes, middlewares, certificates, named, owner });
  } catch (error) {
    throw fail(
      'E5002',
      `What is protected on the mother cluster (${mother.server}) cannot be read: ${messageOf(error)}`,
      {
        actions: ['let --mother-kubeconfig read Flux objects, routes and certificates in all namespaces'],
        cause: error,
      },
    );
  }
}

const namedKinds = [...ownKinds.filter(({ kind }) => kind !== 'Lease'), { apiVersion: 'v1', kind: 'Secret' }];

interface MotherObjects {
  reconcilers: readonly KubeObject[];
  routes: readonly KubeObject[];
  middlewares: readonly KubeObject[];
  certificates: readonly KubeObject[];
  /** Of the kinds that catalyst makes, whatever they are called. */
  named: readonly KubeObject[];
  owner?: { namespace?: string; name: string };
}

/** Pure. */
export function factsOf(sovereign: Sovereign, objects: MotherObjects): MotherFacts {
  const { fqdn } = sovereign.spec;
  const guarded = protectedReconcilers(sovereign, objects.reconcilers);
  for (const object of objects.reconcilers) {
    const name = nameOfObject(object);
    if (guarded.has(name)) for (const used of dependenciesOf(object)) addOnce(guarded, used, `${name} reads it`);
  }
  const routes = objects.routes.flatMap((object) => {
    const route = routeOf(object);
    // what answers the certificate authority during a renewal is gone in a minute
    return route && controllerOf(object) !== 'Challenge' ? [{ object, route }] : [];
  });
  const inDemos = routes.filter(({ object }) => isProtectedNamespace(sovereign, object.metadata.namespace ?? ''));
  const exact = (route: Route) => route.hosts.filter((host) => !host.includes('*')).map(bareName);
  const hosts = [...new Set([...protectedHosts(sovereign), ...inDemos.flatMap(({ route }) => exact(route))])].sort();
  for (const { object, route } of routes) {
    const host = hosts.find((one) => route.hosts.some((pattern) => leads(pattern, one)));
    if (host === undefined) continue;
    const name = nameOfObject(object);
    addOnce(guarded, name, `it routes ${host}`);
    for (const used of route.uses) addOnce(guarded, resolved(used, objects.middlewares), `${name} uses it`);
  }
  for (const certificate of objects.certificates) {
    const secret = `Secret ${certificate.metadata.namespace}/${certificate.spec?.secretName}`;
    const named = ((certificate.spec?.dnsNames ?? []) as string[]).some((name) =>
      hosts.some((host) => leads(bareName(name), host)),
    );
    if (named || guarded.has(secret)) addOnce(guarded, nameOfObject(certificate), `it keeps ${secret}`);
  }
  const pages = inDemos.flatMap(({ route }) =>
    route.paths.filter(({ host }) => !host.includes('*')).map(({ host, path }) => `https://${host}${path}`),
  );
  const made = objects.named
    .filter(({ metadata: { name } }) => name.startsWith(ownPrefix) || name === kubeconfigSecretOf(fqdn))
    .map((object) => [nameOfObject(object), ownershipOf(object, fqdn)] as const);
  const read = readByOthers(objects.reconcilers, fqdn);
  const own = objects.reconcilers.filter((object) => ownershipOf(object, fqdn) === 'own').map(nameOfObject);
  const owner = objects.owner && `Kustomization ${objects.owner.namespace}/${objects.owner.name}`;
  return {
    guarded,
    own: new Set(own.filter((name) => !guarded.has(name) && !read.has(name))),
    owner,
    hosts,
    pages: [...new Set(pages)].sort(),
    made: new Map(made),
  };
}

function addOnce(map: Map<string, string>, key: string, reason: string): void {
  if (!map.has(key)) map.set(key, reason);
}

/** Traefik joins namespace and name of a Middleware with a dash; only the objects themselves tell which is which. */
function resolved(used: string, middlewares: readonly KubeObject[]): string {
  if (!used.startsWith('@')) return used;
  const found = middlewares.find(({ metadata }) => `@${metadata.namespace}-${metadata.name}` === used);
  return found ? nameOfObject(found) : used;
}

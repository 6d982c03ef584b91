/**
 * What on the mother is used by something that is not this Sovereign's. Whatever a label says of whose it is, deleting it would break what
 * uses it: a Secret that a running Pod mounts, a source that another's Kustomization reads, an account that a demo is reconciled by.
 */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject, ownershipOf } from './ownership.js';
import { dependenciesOf, readReconcilers, sourcesOf } from './reconcilers.js';
import { refsIn } from './refs-in.js';
import { routeKinds, routeOf } from './routes.js';

const rbac = 'rbac.authorization.k8s.io/v1';

/** What runs, and what will run once it is scaled up or its hour has come. */
const workloadKinds = [
  { apiVersion: 'v1', kind: 'Pod' },
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ apiVersion: 'apps/v1', kind })),
  { apiVersion: 'batch/v1', kind: 'CronJob' },
] as const;
const otherKinds = [
  ...routeKinds,
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: rbac, kind: 'RoleBinding' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
] as const;

/** Why each object is in use, by `Kind namespace/name`. Throws what the mother's API throws: what was not read is not unused. */
export async function readUses(mother: Kube, fqdn: string): Promise<Map<string, string>> {
  const lists = [...workloadKinds, ...otherKinds].map((kind) => mother.list(kind));
  const [reconcilers, ...others] = await Promise.all([readReconcilers(mother), ...lists]);
  return new Map([...readByOthers(reconcilers, fqdn), ...usedBy(others.flat(), fqdn)]);
}

/** What Flux objects of others read, wait for, or act with. Pure. */
export function readByOthers(reconcilers: readonly KubeObject[], fqdn: string): Map<string, string> {
  const own = new Set(reconcilers.filter((one) => ownershipOf(one, fqdn) === 'own').map(nameOfObject));
  const others = reconcilers.filter((one) => !own.has(nameOfObject(one)) && !own.has(releaseOf(one)));
  return usesOf(others, (one) => [...sourcesOf(one), ...dependenciesOf(one)]);
}

/** Flux makes a HelmChart for a HelmRelease, and names that in its labels. */
function releaseOf({ kind, metadata: { labels = {} } }: KubeObject): string {
  const [namespace, name] = ['namespace', 'name'].map((key) => labels[`helm.toolkit.fluxcd.io/${key}`]);
  return kind === 'HelmChart' ? `HelmRelease ${namespace}/${name}` : '';
}

/** Pure. */
function usedBy(objects: readonly KubeObject[], fqdn: string): Map<string, string> {
  const isOwn = (one: KubeObject) => ownershipOf(one, fqdn) === 'own';
  const ownAccounts = new Set(objects.filter((one) => one.kind === 'ServiceAccount' && isOwn(one)).map(nameOfObject));
  const uses = usesOf(
    objects.filter((one) => !isOwn(one)),
    needsOf,
  );
  for (const binding of objects.filter(({ kind }) => kind === 'RoleBinding').filter(isOwn)) {
    const account = accountsOf(binding).find((one) => !ownAccounts.has(one));
    if (account !== undefined) uses.set(nameOfObject(binding), `${account} has its rights from it`);
  }
  return uses;
}

function needsOf(object: KubeObject): string[] {
  const { kind, metadata, spec = {} } = object;
  const { namespace } = metadata;
  if (kind === 'RoleBinding') {
    const role = object['roleRef'] as { kind?: string; name?: string } | undefined;
    return [...(role?.kind === 'Role' ? [`Role ${namespace}/${role.name}`] : []), ...accountsOf(object)];
  }
  if (kind === 'Certificate') return [`Secret ${namespace}/${spec.secretName}`];
  return routeOf(object)?.uses ?? refsIn(kind === 'ServiceAccount' ? object : spec, namespace);
}

function accountsOf({ metadata, subjects }: KubeObject): string[] {
  return ((subjects ?? []) as { kind?: string; namespace?: string; name?: string }[])
    .filter(({ kind }) => kind === 'ServiceAccount')
    .map(({ namespace = metadata.namespace, name }) => `ServiceAccount ${namespace}/${name}`);
}

function usesOf(objects: readonly KubeObject[], needs: (one: KubeObject) => readonly string[]): Map<string, string> {
  return new Map(objects.flatMap((one) => needs(one).map((used) => [used, `${nameOfObject(one)} uses it`] as const)));
}

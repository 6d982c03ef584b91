/**
 * The Flux objects on the mother that reconcile something protected: whose inventory holds an object of a protected namespace
 * or of catalyst itself, and, transitively, the Flux objects that reconcile these and the sources that they read. None of
 * them is ever taken for a Sovereign's own. Pure; the facts are read by `readReconcilers`.
 */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { kubeconfigSecretOf, nameOfObject, ownershipOf } from './ownership.js';
import { isProtectedNamespace } from './protected-namespaces.js';
import { refsIn } from './refs-in.js';

const kustomize = 'kustomize.toolkit.fluxcd.io';
const source = 'source.toolkit.fluxcd.io';

/** Kinds of Flux that apply or fetch something. A kind that a mother does not serve lists as empty. */
export const reconcilerKinds = [
  { apiVersion: `${kustomize}/v1`, kind: 'Kustomization' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
  { apiVersion: `${source}/v1`, kind: 'GitRepository' },
  { apiVersion: `${source}/v1`, kind: 'HelmRepository' },
  { apiVersion: `${source}/v1`, kind: 'OCIRepository' },
  { apiVersion: `${source}/v1`, kind: 'Bucket' },
  { apiVersion: `${source}/v1`, kind: 'HelmChart' },
] as const;

/** Throws when one of the kinds cannot be listed: what was not read is not unprotected. */
export async function readReconcilers(mother: Kube): Promise<KubeObject[]> {
  return (await Promise.all(reconcilerKinds.map((kind) => mother.list(kind)))).flat();
}

interface Entry {
  kind: string;
  namespace: string;
  name: string;
}

/** Flux writes an inventory entry as `<namespace>_<name>_<group>_<kind>`, with `:` in names as `__`. */
export function inventoryEntry(id: string): Entry {
  const parts = id.split('_');
  const name = parts.slice(1, -2).join('_').replaceAll('__', ':');
  return { namespace: parts[0] ?? '', name, kind: parts.at(-1) ?? '' };
}

const inventoryOf = (object: KubeObject): Entry[] =>
  ((object.status?.inventory?.entries ?? []) as { id: string }[]).map(({ id }) => inventoryEntry(id));

/** Why each protected reconciler is one, by `Kind namespace/name`. */
export function protectedReconcilers(sovereign: Sovereign, all: readonly KubeObject[]): Map<string, string> {
  const { fqdn, mother } = sovereign.spec;
  const isProtected = (namespace: string) =>
    isProtectedNamespace(sovereign, namespace) || namespace === mother.catalyst.namespace;
  const found = new Map<string, string>();
  for (const object of all) {
    const reason = reconciles(object, isProtected, fqdn);
    if (reason !== undefined) found.set(nameOfObject(object), reason);
  }
  const key = ({ kind, namespace, name }: Entry) => `${kind} ${namespace}/${name}`;
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const object of all) {
      const name = nameOfObject(object);
      const applies = inventoryOf(object)
        .map(key)
        .find((entry) => found.has(entry));
      if (applies !== undefined && !found.has(name)) found.set(name, `it applies ${applies}`);
      if (!found.has(name)) continue;
      for (const read of sourcesOf(object)) if (!found.has(read)) found.set(read, `${name} reads it`);
    }
  }
  return found;
}

/** What of its own fields makes it protected. */
function reconciles(object: KubeObject, isProtected: (namespace: string) => boolean, fqdn: string): string | undefined {
  const { kind, metadata, spec = {}, status } = object;
  if (isProtected(metadata.namespace ?? '')) return `it lies in namespace ${metadata.namespace}`;
  // a Kustomization of this Sovereign's own cluster has its inventory there, not on the mother
  const remote = spec.kubeConfig?.secretRef?.name === kubeconfigSecretOf(fqdn) && ownershipOf(object, fqdn) === 'own';
  if (remote) return undefined;
  const history = ((status?.history ?? []) as { namespace?: string }[]).map((one) => one.namespace);
  const targets = [spec.targetNamespace, spec.storageNamespace, ...(kind === 'HelmRelease' ? history : [])];
  const target = targets.find((namespace) => typeof namespace === 'string' && isProtected(namespace));
  if (target !== undefined) return `it applies to namespace ${target}`;
  const entry = inventoryOf(object).find(({ kind, namespace, name }) =>
    isProtected(kind === 'Namespace' ? name : namespace),
  );
  return entry && `it applies ${entry.kind} ${entry.namespace ? `${entry.namespace}/` : ''}${entry.name}`;
}

/** Flux objects that a Kustomization, HelmRelease or HelmChart reads or waits for, by `Kind namespace/name`. */
export function sourcesOf({ kind, metadata, spec = {} }: KubeObject): string[] {
  interface Ref {
    kind?: string;
    name: string;
    namespace?: string;
  }
  const refs = [spec.sourceRef, spec.chartRef, spec.chart?.spec?.sourceRef] as (Ref | undefined)[];
  const before = ((spec.dependsOn ?? []) as Ref[]).map((ref) => ({ ...ref, kind }));
  return [...refs, ...before].flatMap((ref) =>
    ref ? [`${ref.kind} ${ref.namespace ?? metadata.namespace}/${ref.name}`] : [],
  );
}

/** ConfigMaps, Secrets and the account that a Flux object reads or acts with in its own namespace, by `Kind namespace/name`. */
export const dependenciesOf = ({ metadata, spec = {} }: KubeObject): string[] => refsIn(spec, metadata.namespace);

/** A watch of every kind that some rule reads, kept in memory, so that rules look at the cluster without asking it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabKube, WatchEvent } from '../kubernetes/client/client.js';

/** `apps/v1/Deployment`, `v1/Pod`. */
export type Kind = string;
/** `namespace/name`, or `/name` for what has no namespace. */
export type Key = string;

export const keyOf = (object: { metadata: { namespace?: string; name: string } }): Key =>
  `${object.metadata.namespace ?? ''}/${object.metadata.name}`;

export function splitKind(kind: Kind): { apiVersion: string; kind: string } {
  const cut = kind.lastIndexOf('/');
  return { apiVersion: kind.slice(0, cut), kind: kind.slice(cut + 1) };
}

export const kindOf = (object: { apiVersion: string; kind: string }): Kind => `${object.apiVersion}/${object.kind}`;

export interface Store {
  /** Starts to follow a kind, at once or when its CRD is established; a second call changes nothing. */
  follow(kind: Kind): void;
  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined;
  list(kind: Kind, namespace?: string): KubeObject[];
  /** The object as the server just answered it, so that the next rule does not read what is older. */
  remember(object: KubeObject): void;
  forget(object: KubeObject): void;
}

export const CRD = 'apiextensions.k8s.io/v1/CustomResourceDefinition';

/** Groups that the API server serves by itself. */
const isBuiltIn = (kind: Kind): boolean => {
  const { apiVersion } = splitKind(kind);
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  return !group.includes('.') || group.endsWith('.k8s.io');
};

export function isEstablished(crd: KubeObject): boolean {
  const conditions = (crd.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.some((one) => one.type === 'Established' && one.status === 'True');
}

export function createStore(options: {
  kube: LabKube;
  signal: AbortSignal;
  onChange: (kind: Kind, object: KubeObject, type: WatchEvent['type']) => void;
  /** A kind is followed no more, because what looks at its changes threw. */
  onLost: (kind: Kind, error: unknown) => void;
}): Store {
  const { kube, signal, onChange, onLost } = options;
  const caches = new Map<Kind, Map<Key, KubeObject>>();
  const watched = new Set<Kind>();

  function put(kind: Kind, object: KubeObject, type: WatchEvent['type']): void {
    const cache = caches.get(kind);
    if (!cache) return;
    const key = keyOf(object);
    const had = cache.get(key);
    const same = had?.metadata.uid === object.metadata.uid;
    if (type === 'DELETED') {
      if (had && !same) return;
      cache.delete(key);
    } else {
      if (same && Number(object.metadata.resourceVersion) <= Number(had?.metadata.resourceVersion)) return;
      cache.set(key, { ...object, ...splitKind(kind) });
    }
    onChange(kind, { ...object, ...splitKind(kind) }, type);
    if (kind === CRD && type !== 'DELETED' && isEstablished(object)) begin();
  }

  const isServed = (kind: Kind): boolean => {
    if (isBuiltIn(kind)) return true;
    const { apiVersion, kind: name } = splitKind(kind);
    const [group, version] = apiVersion.split('/');
    return [...(caches.get(CRD)?.values() ?? [])].some(
      (crd) =>
        crd.spec?.group === group &&
        crd.spec?.names?.kind === name &&
        isEstablished(crd) &&
        crd.spec.versions?.some((one: { name: string; served: boolean }) => one.name === version && one.served),
    );
  };

  /** Watches what is served by now. */
  function begin(): void {
    for (const kind of caches.keys()) {
      if (watched.has(kind) || !isServed(kind)) continue;
      watched.add(kind);
      const on = (event: WatchEvent) => put(kind, event.object, event.type);
      kube.watch(splitKind(kind), on, signal).catch((error: unknown) => {
        watched.delete(kind);
        onLost(kind, error);
      });
    }
  }

  return {
    follow(kind) {
      if (!caches.has(kind)) caches.set(kind, new Map());
      if (!caches.has(CRD)) caches.set(CRD, new Map());
      begin();
    },
    get: (kind, namespace, name) => caches.get(kind)?.get(`${namespace ?? ''}/${name}`),
    list: (kind, namespace) =>
      [...(caches.get(kind)?.values() ?? [])].filter(
        (object) => namespace === undefined || object.metadata.namespace === namespace,
      ),
    remember: (object) => put(kindOf(object), object, 'MODIFIED'),
    forget: (object) => put(kindOf(object), object, 'DELETED'),
  };
}

/** List and watch of every kind that some rule reads, kept in memory, so that rules look at the cluster without asking it. */

import type { Clock } from '../../support/clock.js';
import type { KubeObject } from '../../tools/kube.js';
import type { ControllerApi, KubeEvent } from './api.js';

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
  /** Starts to follow a kind; a second call changes nothing. */
  follow(kind: Kind): void;
  get(kind: Kind, namespace: string | undefined, name: string): KubeObject | undefined;
  list(kind: Kind, namespace?: string): KubeObject[];
  /** The object as the server just answered it, so that the next rule does not read what is older. */
  remember(object: KubeObject): void;
  forget(object: KubeObject): void;
  /** Kinds followed. */
  kinds(): Kind[];
}

const CRD = 'apiextensions.k8s.io/v1/CustomResourceDefinition';

export function createStore(options: {
  api: ControllerApi;
  clock: Clock;
  signal: AbortSignal;
  onChange: (kind: Kind, object: KubeObject, type: KubeEvent['type']) => void;
}): Store {
  const { api, clock, signal, onChange } = options;
  const caches = new Map<Kind, Map<Key, KubeObject>>();
  const wakers = new Map<Kind, () => void>();

  const isOlder = (a: KubeObject, b: KubeObject | undefined) =>
    b?.metadata.uid === a.metadata.uid &&
    Number(a.metadata.resourceVersion ?? 0) < Number(b?.metadata.resourceVersion ?? 0);

  function put(kind: Kind, object: KubeObject, type: KubeEvent['type']): void {
    const cache = caches.get(kind);
    if (!cache) return;
    const named = { ...object, ...splitKind(kind) };
    const key = keyOf(object);
    const had = cache.get(key);
    if (type === 'DELETED') {
      if (had && had.metadata.uid !== object.metadata.uid) return;
      cache.delete(key);
    } else {
      if (isOlder(object, had)) return;
      if (
        had &&
        had.metadata.resourceVersion === object.metadata.resourceVersion &&
        had.metadata.uid === object.metadata.uid
      )
        return;
      cache.set(key, named);
    }
    onChange(kind, named, type);
    if (kind === CRD) for (const wake of wakers.values()) wake();
  }

  async function followOnce(kind: Kind): Promise<'absent' | 'ended'> {
    const what = splitKind(kind);
    const listed = await api.list(what);
    const cache = caches.get(kind)!;
    if (!listed) {
      for (const object of [...cache.values()]) put(kind, object, 'DELETED');
      return 'absent';
    }
    const there = new Set(listed.items.map(keyOf));
    for (const [key, object] of [...cache]) if (!there.has(key)) put(kind, object, 'DELETED');
    for (const object of listed.items) put(kind, object, cache.has(keyOf(object)) ? 'MODIFIED' : 'ADDED');
    await api.watch(
      { ...what, resourceVersion: listed.resourceVersion },
      (event) => put(kind, event.object, event.type),
      signal,
    );
    return 'ended';
  }

  async function followForever(kind: Kind): Promise<void> {
    while (!signal.aborted) {
      let absent = false;
      try {
        absent = (await followOnce(kind)) === 'absent';
      } catch {
        if (signal.aborted) return;
      }
      const pause = new AbortController();
      wakers.set(kind, () => pause.abort());
      const both = AbortSignal.any([signal, pause.signal]);
      await clock.sleep(absent ? 5000 : 200, both).catch(() => undefined);
      wakers.delete(kind);
    }
  }

  return {
    follow(kind) {
      if (caches.has(kind)) return;
      caches.set(kind, new Map());
      void followForever(kind);
    },
    get: (kind, namespace, name) => caches.get(kind)?.get(`${namespace ?? ''}/${name}`),
    list: (kind, namespace) =>
      [...(caches.get(kind)?.values() ?? [])].filter(
        (object) => namespace === undefined || object.metadata.namespace === namespace,
      ),
    remember: (object) => put(kindOf(object), object, 'MODIFIED'),
    forget: (object) => put(kindOf(object), object, 'DELETED'),
    kinds: () => [...caches.keys()],
  };
}

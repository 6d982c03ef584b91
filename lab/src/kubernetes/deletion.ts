/**
 * How objects go: finalizers, owners (background, foreground, orphan), Namespaces with what is in them and CRDs with their
 * objects. What follows from a removal happens a moment later, as with the real garbage collector.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import { type Kind, type KindRegistry, type StoreKey, storeKeyOf } from './kinds.js';
import type { Change, Store } from './store.js';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface Deletion {
  /** Deletes, or marks as being deleted when something holds the object. Answers the object as it is then, and whether it is gone. */
  remove(kind: Kind, object: KubeObject, propagation: Propagation): { object: KubeObject; gone: boolean };
  /** To be called after a write to an object that is being deleted: lets it go when nothing holds it any more. */
  settle(key: StoreKey, object: KubeObject): void;
}

interface Place {
  key: StoreKey;
  object: KubeObject;
}

const foreground = 'foregroundDeletion';
const namespaces = '/namespaces';
const definitions = 'apiextensions.k8s.io/customresourcedefinitions';
const ownersOf = (object: KubeObject) => object.metadata.ownerReferences ?? [];

export function createDeletion(options: { store: Store; kinds: KindRegistry; clock: Clock }): Deletion {
  const { store, kinds, clock } = options;
  const alive = new Set<string>();
  const dependents = new Map<string, Map<string, Place>>();
  const due: (() => void)[] = [];

  function later(task: () => void): void {
    due.push(task);
    if (due.length === 1) setImmediate(runDue);
  }
  function runDue(): void {
    const tasks = due.splice(0);
    for (const task of tasks) task();
  }

  const current = ({ key, object }: Place): KubeObject | undefined => {
    const found = store.get(key, object.metadata.namespace, object.metadata.name);
    return found?.metadata.uid === object.metadata.uid ? found : undefined;
  };
  const dependentsOf = (uid: string | undefined): Place[] =>
    [...(dependents.get(uid ?? '')?.values() ?? [])].flatMap((place) => {
      const object = current(place);
      return object ? [{ key: place.key, object }] : [];
    });
  const removeAll = (places: Place[], propagation: Propagation) => {
    for (const { key, object } of places) {
      const kind = kinds.byStoreKey(key);
      if (kind && !object.metadata.deletionTimestamp) remove(kind, object, propagation);
    }
  };

  /** What a Namespace or CRD still holds. */
  function contents(key: StoreKey, object: KubeObject): Place[] {
    if (key === namespaces) {
      return store
        .keys()
        .flatMap((inner) => store.list(inner, object.metadata.name).map((item) => ({ key: inner, object: item })));
    }
    if (key !== definitions) return [];
    const inner = `${object.spec.group}/${object.spec.names.plural}`;
    return store.list(inner).map((item) => ({ key: inner, object: item }));
  }

  function settle(key: StoreKey, object: KubeObject): void {
    if (!object.metadata.deletionTimestamp || !current({ key, object })) return;
    let held = (object.metadata.finalizers ?? []) as string[];
    if (held.includes(foreground)) {
      const blocking = dependentsOf(object.metadata.uid).filter((place) =>
        ownersOf(place.object).some(
          (owner) =>
            owner.uid === object.metadata.uid && (owner as { blockOwnerDeletion?: boolean }).blockOwnerDeletion,
        ),
      );
      if (blocking.length === 0) held = held.filter((finalizer) => finalizer !== foreground);
    }
    if (held.length === 0 && contents(key, object).length === 0) store.remove(key, object);
  }

  function remove(kind: Kind, object: KubeObject, propagation: Propagation) {
    const key = storeKeyOf(kind);
    if (propagation === 'Orphan')
      for (const place of dependentsOf(object.metadata.uid)) disown(place, object.metadata.uid);
    const own = (object.metadata.finalizers ?? []) as string[];
    const waits = propagation === 'Foreground' && dependentsOf(object.metadata.uid).length > 0;
    const finalizers = waits && !own.includes(foreground) ? [...own, foreground] : own;
    const inside = contents(key, object);
    if (finalizers.length === 0 && inside.length === 0) return { object: store.remove(key, object), gone: true };
    if (object.metadata.deletionTimestamp) return { object, gone: false };
    const marked = store.put(key, {
      ...object,
      ...(key === namespaces ? { status: { ...object.status, phase: 'Terminating' } } : {}),
      metadata: {
        ...object.metadata,
        ...(object.metadata.generation ? { generation: object.metadata.generation + 1 } : {}),
        ...(finalizers.length > 0 ? { finalizers } : {}),
        deletionTimestamp: `${clock.now().toISOString().slice(0, 19)}Z`,
        deletionGracePeriodSeconds: 0,
      },
    });
    later(() => {
      removeAll(inside, 'Background');
      if (waits) removeAll(dependentsOf(object.metadata.uid), 'Foreground');
      settle(key, current({ key, object }) ?? marked);
    });
    return { object: marked, gone: false };
  }

  function disown({ key, object }: Place, uid: string | undefined): void {
    const left = ownersOf(object).filter((owner) => owner.uid !== uid);
    const { ownerReferences: _old, ...metadata } = object.metadata;
    store.put(key, { ...object, metadata: left.length > 0 ? { ...metadata, ownerReferences: left } : metadata });
  }

  /** An owner went, or was never there: its dependent goes, unless another owner is left. */
  function collect(place: Place): void {
    const object = current(place);
    if (!object || ownersOf(object).length === 0) return;
    const kind = kinds.byStoreKey(place.key);
    if (!kind || object.metadata.deletionTimestamp) return;
    const gone = ownersOf(object).filter((owner) => !alive.has(owner.uid));
    if (gone.length === ownersOf(object).length) remove(kind, object, 'Background');
    else for (const owner of gone) disown({ key: place.key, object: current(place) ?? object }, owner.uid);
  }

  function onRemoved(place: Place): void {
    for (const dependent of dependentsOf(place.object.metadata.uid)) collect(dependent);
    const { namespace } = place.object.metadata;
    const holders: Place[] = [];
    const space = namespace === undefined ? undefined : store.get(namespaces, undefined, namespace);
    if (space) holders.push({ key: namespaces, object: space });
    for (const definition of store.list(definitions)) {
      if (`${definition.spec.group}/${definition.spec.names.plural}` === place.key)
        holders.push({ key: definitions, object: definition });
    }
    for (const owner of ownersOf(place.object)) {
      const kind = kinds.byKind(owner.apiVersion, owner.kind);
      const found = kind && store.get(storeKeyOf(kind), kind.namespaced ? namespace : undefined, owner.name);
      if (kind && found?.metadata.uid === owner.uid) holders.push({ key: storeKeyOf(kind), object: found });
    }
    for (const holder of holders) settle(holder.key, holder.object);
  }

  function follow({ type, key, object, previous }: Change): void {
    const uid = object.metadata.uid ?? '';
    for (const owner of previous ? ownersOf(previous) : []) dependents.get(owner.uid)?.delete(uid);
    if (type === 'DELETED') {
      alive.delete(uid);
      later(() => onRemoved({ key, object }));
      return;
    }
    alive.add(uid);
    const place = { key, object };
    for (const owner of ownersOf(object)) {
      const set = dependents.get(owner.uid) ?? new Map<string, Place>();
      dependents.set(owner.uid, set.set(uid, place));
      if (!alive.has(owner.uid)) later(() => collect(place));
    }
  }
  store.listen('*', follow);

  return { remove, settle };
}

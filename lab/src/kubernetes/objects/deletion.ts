/**
 * How objects go: finalizers, owners (background, foreground, orphan), Namespaces with what is in them and CRDs with their
 * objects. What follows from a removal happens a moment later, as with the real garbage collector.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Clock } from 'catalyst/support/clock.js';
import { type Kind, type KindRegistry, type StoreKey, storeKeyOf } from '../kinds/kinds.js';
import { contentsOf, holdersOf, namespaces } from './containers.js';
import { createOwnerIndex, ownersOf, type Place } from './owner-index.js';
import type { Store } from './store.js';

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

export interface Deletion {
  /** Deletes, or marks as being deleted when something holds the object. Answers the object as it is then, and whether it is gone. */
  remove(kind: Kind, object: KubeObject, propagation: Propagation): { object: KubeObject; gone: boolean };
  /** Removes an object that is being deleted once nothing holds it: no finalizer, no object in a namespace. Call it after each write to such an object. */
  settle(key: StoreKey, object: KubeObject): void;
}

const foreground = 'foregroundDeletion';

export function createDeletion(options: { store: Store; kinds: KindRegistry; clock: Clock }): Deletion {
  const { store, kinds, clock } = options;
  const { current, dependentsOf, isAlive, record } = createOwnerIndex(store);
  const later = createLater();
  const contents = (key: StoreKey, object: KubeObject) => contentsOf(store, key, object);
  const removeAll = (places: Place[], propagation: Propagation) => {
    for (const { key, object } of places) {
      const kind = kinds.byStoreKey(key);
      if (kind && !object.metadata.deletionTimestamp) remove(kind, object, propagation);
    }
  };

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
      for (const place of dependentsOf(object.metadata.uid)) disown(store, place, object.metadata.uid);
    const own = (object.metadata.finalizers ?? []) as string[];
    const waits = propagation === 'Foreground' && dependentsOf(object.metadata.uid).length > 0;
    const finalizers = waits && !own.includes(foreground) ? [...own, foreground] : own;
    const inside = contents(key, object);
    if (finalizers.length === 0 && inside.length === 0) return { object: store.remove(key, object), gone: true };
    if (object.metadata.deletionTimestamp) return { object, gone: false };
    const marked = store.put(key, marking(key, object, finalizers, clock));
    later(() => {
      removeAll(inside, 'Background');
      if (waits) removeAll(dependentsOf(object.metadata.uid), 'Foreground');
      settle(key, current({ key, object }) ?? marked);
    });
    return { object: marked, gone: false };
  }

  /** An owner went, or was never there: its dependent goes, unless another owner is left. */
  function collect(place: Place): void {
    const object = current(place);
    if (!object || ownersOf(object).length === 0) return;
    const kind = kinds.byStoreKey(place.key);
    if (!kind || object.metadata.deletionTimestamp) return;
    const gone = ownersOf(object).filter((owner) => !isAlive(owner.uid));
    if (gone.length === ownersOf(object).length) remove(kind, object, 'Background');
    else for (const owner of gone) disown(store, { key: place.key, object: current(place) ?? object }, owner.uid);
  }

  function onRemoved(place: Place): void {
    for (const dependent of dependentsOf(place.object.metadata.uid)) collect(dependent);
    for (const holder of holdersOf(store, kinds, place)) settle(holder.key, holder.object);
  }

  store.listen('*', (change) => {
    record(change);
    const place = { key: change.key, object: change.object };
    if (change.type === 'DELETED') later(() => onRemoved(place));
    else for (const owner of ownersOf(change.object)) if (!isAlive(owner.uid)) later(() => collect(place));
  });

  return { remove, settle };
}

/** Runs tasks in their order, a moment later. */
function createLater(): (task: () => void) => void {
  const due: (() => void)[] = [];
  return (task) => {
    due.push(task);
    if (due.length > 1) return;
    setImmediate(() => {
      for (const one of due.splice(0)) one();
    });
  };
}

/** The object as it is while it is being deleted. */
function marking(key: StoreKey, object: KubeObject, finalizers: string[], clock: Clock): KubeObject {
  return {
    ...object,
    ...(key === namespaces ? { status: { ...object.status, phase: 'Terminating' } } : {}),
    metadata: {
      ...object.metadata,
      ...(object.metadata.generation ? { generation: object.metadata.generation + 1 } : {}),
      ...(finalizers.length > 0 ? { finalizers } : {}),
      deletionTimestamp: `${clock.now().toISOString().slice(0, 19)}Z`,
      deletionGracePeriodSeconds: 0,
    },
  };
}

function disown(store: Store, { key, object }: Place, uid: string | undefined): void {
  const left = ownersOf(object).filter((owner) => owner.uid !== uid);
  const { ownerReferences: _old, ...metadata } = object.metadata;
  store.put(key, { ...object, metadata: left.length > 0 ? { ...metadata, ownerReferences: left } : metadata });
}

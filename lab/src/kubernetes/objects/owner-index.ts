/** Which objects name which owner, kept as objects come, change and go. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { StoreKey } from '../kinds/kinds.js';
import type { Change, Store } from './store.js';

export interface Place {
  key: StoreKey;
  object: KubeObject;
}

export const ownersOf = (object: KubeObject) => object.metadata.ownerReferences ?? [];

export interface OwnerIndex {
  /** The object of this place as it is now; undefined when it is gone, or another one has its name. */
  current(place: Place): KubeObject | undefined;
  /** Objects that name the owner of this UID, as they are now. */
  dependentsOf(uid: string | undefined): Place[];
  isAlive(uid: string): boolean;
  record(change: Change): void;
}

export function createOwnerIndex(store: Store): OwnerIndex {
  const alive = new Set<string>();
  const dependents = new Map<string, Map<string, Place>>();
  const current = ({ key, object }: Place): KubeObject | undefined => {
    const found = store.get(key, object.metadata.namespace, object.metadata.name);
    return found?.metadata.uid === object.metadata.uid ? found : undefined;
  };
  return {
    current,
    dependentsOf: (uid) =>
      [...(dependents.get(uid ?? '')?.values() ?? [])].flatMap((place) => {
        const object = current(place);
        return object ? [{ key: place.key, object }] : [];
      }),
    isAlive: (uid) => alive.has(uid),
    record({ type, key, object, previous }) {
      const uid = object.metadata.uid ?? '';
      for (const owner of previous ? ownersOf(previous) : []) dependents.get(owner.uid)?.delete(uid);
      if (type === 'DELETED') {
        alive.delete(uid);
        return;
      }
      alive.add(uid);
      for (const owner of ownersOf(object)) {
        const set = dependents.get(owner.uid) ?? new Map<string, Place>();
        dependents.set(owner.uid, set.set(uid, { key, object }));
      }
    },
  };
}

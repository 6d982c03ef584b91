/** All objects of one API server, by kind and namespace, with the changes that watches resume from. Objects are never changed in place. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { StoreKey } from '../kinds/kinds.js';
import { expired } from '../requests/status.js';

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  key: StoreKey;
  revision: number;
  object: KubeObject;
  /** The object before a MODIFIED or DELETED. */
  previous?: KubeObject;
}

export interface Store {
  /** The newest resourceVersion of anything. */
  revision(): number;
  get(key: StoreKey, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by namespace and name; without `namespace` all of them. */
  list(key: StoreKey, namespace?: string): KubeObject[];
  /** Every kind that has objects. */
  keys(): StoreKey[];
  /** Keeps the object under a new resourceVersion. */
  put(key: StoreKey, object: KubeObject): KubeObject;
  /** Answers the object as its DELETED event shows it. */
  remove(key: StoreKey, object: KubeObject): KubeObject;
  /** Changes after `revision`, oldest first. Throws 410 when some of them are forgotten. */
  since(key: StoreKey, revision: number): Change[];
  /** Told of each change, in order, within the write; answers how to stop. `*` listens to every kind. */
  listen(key: StoreKey | '*', listener: (change: Change) => void): () => void;
  /** Forgets changes so far: whoever resumes from before gets 410. */
  compact(): void;
}

const changesKept = 5000;

interface Shelf {
  namespaces: Map<string, Map<string, KubeObject>>;
  changes: Change[];
  /** Changes up to this revision are forgotten. */
  compacted: number;
}

export function createStore(): Store {
  const shelves = new Map<StoreKey, Shelf>();
  const listeners = new Map<StoreKey | '*', Set<(change: Change) => void>>();
  let revision = 1;

  function shelfOf(key: StoreKey): Shelf {
    let shelf = shelves.get(key);
    if (!shelf) {
      shelf = { namespaces: new Map(), changes: [], compacted: 0 };
      shelves.set(key, shelf);
    }
    return shelf;
  }

  function tell(shelf: Shelf, change: Change): void {
    shelf.changes.push(change);
    if (shelf.changes.length > changesKept) {
      const dropped = shelf.changes.splice(0, changesKept / 2);
      shelf.compacted = dropped.at(-1)?.revision ?? shelf.compacted;
    }
    for (const key of [change.key, '*']) for (const listener of listeners.get(key) ?? []) listener(change);
  }

  return {
    revision: () => revision,
    get: (key, namespace, name) =>
      shelves
        .get(key)
        ?.namespaces.get(namespace ?? '')
        ?.get(name),
    list(key, namespace) {
      const shelf = shelves.get(key);
      if (!shelf) return [];
      const spaces = namespace === undefined ? [...shelf.namespaces.keys()].sort() : [namespace];
      return spaces.flatMap((space) =>
        [...(shelf.namespaces.get(space)?.values() ?? [])].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)),
      );
    },
    keys: () => [...shelves.keys()],
    put(key, object) {
      const shelf = shelfOf(key);
      const space = object.metadata.namespace ?? '';
      const names = shelf.namespaces.get(space) ?? new Map<string, KubeObject>();
      shelf.namespaces.set(space, names);
      const previous = names.get(object.metadata.name);
      revision += 1;
      const kept = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      names.set(object.metadata.name, kept);
      const type = previous ? 'MODIFIED' : 'ADDED';
      tell(shelf, { type, key, revision, object: kept, ...(previous ? { previous } : {}) });
      return kept;
    },
    remove(key, object) {
      const shelf = shelfOf(key);
      const names = shelf.namespaces.get(object.metadata.namespace ?? '');
      const previous = names?.get(object.metadata.name) ?? object;
      names?.delete(object.metadata.name);
      revision += 1;
      const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
      tell(shelf, { type: 'DELETED', key, revision, object: last, previous });
      return last;
    },
    since(key, from) {
      const shelf = shelfOf(key);
      if (from < shelf.compacted) throw expired(from, shelf.compacted);
      const { changes } = shelf;
      let low = 0;
      let high = changes.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (changes[middle]!.revision > from) high = middle;
        else low = middle + 1;
      }
      return changes.slice(low);
    },
    listen(key, listener) {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set);
      set.add(listener);
      return () => set.delete(listener);
    },
    compact() {
      for (const shelf of shelves.values()) {
        shelf.changes = [];
        shelf.compacted = revision;
      }
    },
  };
}

/** What lies in what: the objects of a Namespace or CRD, and what waits for an object to be gone. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type KindRegistry, type StoreKey, storeKeyOf } from '../kinds/kinds.js';
import { ownersOf, type Place } from './owner-index.js';
import type { Store } from './store.js';

export const namespaces = '/namespaces';
const definitions = 'apiextensions.k8s.io/customresourcedefinitions';

/** What a Namespace or CRD still holds. */
export function contentsOf(store: Store, key: StoreKey, object: KubeObject): Place[] {
  if (key === namespaces) {
    return store
      .keys()
      .flatMap((inner) => store.list(inner, object.metadata.name).map((item) => ({ key: inner, object: item })));
  }
  if (key !== definitions) return [];
  const inner = `${object.spec.group}/${object.spec.names.plural}`;
  return store.list(inner).map((item) => ({ key: inner, object: item }));
}

/** The Namespace, the CRD and the owners of an object that was removed: each may have waited for it. */
export function holdersOf(store: Store, kinds: KindRegistry, place: Place): Place[] {
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
  return holders;
}

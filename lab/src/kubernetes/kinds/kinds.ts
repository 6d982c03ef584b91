/** The kinds a server serves: those built in, and those that CRDs add while it runs. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { builtInKinds } from './built-in-kinds.js';

// biome-ignore lint/suspicious/noExplicitAny: OpenAPI schemas are open-ended JSON
export type Schema = Record<string, any>;

export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

export interface Kind {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  namespaced: boolean;
  /** Has a status subresource. */
  status: boolean;
  scale?: ScalePaths;
  /** metadata.generation is kept and rises with the spec. */
  generations: boolean;
  /** Only POST, nothing stored (reviews). */
  review: boolean;
  /** openAPIV3Schema of the version, for kinds of CRDs. */
  schema?: Schema;
  /** The type of the whole object, for built-in kinds. */
  types?: Schema;
  /** Dotted, as field selectors name them. */
  selectableFields?: readonly string[];
}

/** Where the objects of a kind are kept, whatever version they are asked in: `apps/deployments`, `/pods`. */
export type StoreKey = string;

export const storeKeyOf = (kind: { group: string; plural: string }): StoreKey => `${kind.group}/${kind.plural}`;

export const apiVersionOf = (kind: { group: string; version: string }): string =>
  kind.group ? `${kind.group}/${kind.version}` : kind.version;

export interface KindRegistry {
  /** By path parts; undefined when not served. */
  byPlural(group: string, version: string, plural: string): Kind | undefined;
  byKind(apiVersion: string, kind: string): Kind | undefined;
  byStoreKey(key: StoreKey): Kind | undefined;
  /** Every kind, preferred version of a group first. */
  all(): Kind[];
  /** Serves what the CRD defines (again, after a change). */
  define(crd: KubeObject): void;
  withdraw(crd: KubeObject): void;
}

export function createKindRegistry(): KindRegistry {
  const paths = new Map<string, Kind>();
  const kinds = new Map<string, Kind>();
  const keys = new Map<StoreKey, Kind>();

  const add = (kind: Kind) => {
    paths.set(`${apiVersionOf(kind)}/${kind.plural}`, kind);
    kinds.set(`${apiVersionOf(kind)}/${kind.kind}`, kind);
    if (!keys.has(storeKeyOf(kind))) keys.set(storeKeyOf(kind), kind);
  };
  const withdraw = (crd: KubeObject) => {
    const { group, names } = crd.spec;
    for (const [path, kind] of paths) {
      if (kind.group !== group || kind.plural !== names.plural) continue;
      paths.delete(path);
      kinds.delete(`${apiVersionOf(kind)}/${kind.kind}`);
    }
    keys.delete(`${group}/${names.plural}`);
  };
  for (const kind of builtInKinds()) add(kind);

  return {
    byPlural: (group, version, plural) => paths.get(`${apiVersionOf({ group, version })}/${plural}`),
    byKind: (apiVersion, kind) => kinds.get(`${apiVersion}/${kind}`),
    byStoreKey: (key) => keys.get(key),
    all: () => [...paths.values()],
    define(crd) {
      withdraw(crd);
      for (const kind of kindsOf(crd)) add(kind);
    },
    withdraw,
  };
}

function kindsOf(crd: KubeObject): Kind[] {
  const { group, names, scope, versions } = crd.spec;
  const served = (versions as Schema[]).filter((version) => version.served);
  // The storage version first: it is the one that discovery prefers and that garbage collection uses.
  served.sort((a, b) => Number(b.storage ?? false) - Number(a.storage ?? false));
  return served.map((version) => ({
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular ?? String(names.kind).toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === 'Namespaced',
    status: version.subresources?.status !== undefined,
    ...(version.subresources?.scale ? { scale: version.subresources.scale } : {}),
    generations: true,
    review: false,
    schema: version.schema?.openAPIV3Schema ?? {},
    selectableFields: ((version.selectableFields ?? []) as { jsonPath: string }[]).map(({ jsonPath }) =>
      jsonPath.slice(1),
    ),
  }));
}

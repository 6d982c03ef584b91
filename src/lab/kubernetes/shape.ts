/**
 * How the parts of an object merge: which lists are keyed and by what, which are sets, what is atomic. For kinds of CRDs the
 * schema says it (x-kubernetes-list-type, …); for built-in kinds the names of their fields do.
 */
import type { Kind, Schema } from './kinds.js';

export interface Shape {
  /** How a list here merges: by these keys, as a set of scalars, or as a whole. */
  list(): readonly string[] | 'set' | 'atomic';
  /** True when a map here is owned and replaced as a whole. */
  atomic(): boolean;
  field(name: string): Shape;
  item(): Shape;
}

const keyedLists: Record<string, readonly string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  webhooks: ['name'],
  matchConditions: ['name'],
  resourceClaims: ['name'],
  schedulingGates: ['name'],
  podIPs: ['ip'],
  hostIPs: ['ip'],
  addresses: ['type'],
};

const atomicMaps = new Set([
  'selector',
  'namespaceSelector',
  'objectSelector',
  'podSelector',
  'labelSelector',
  'nodeSelector',
  'secretKeyRef',
  'configMapKeyRef',
  'fieldRef',
  'resourceFieldRef',
  'roleRef',
]);

/** @param parent the field above, which tells the ports of a container from those of a Service */
function namedShape(kind: string, name: string, parent: string): Shape {
  return {
    list() {
      if (name === 'finalizers') return 'set';
      if (name === 'secrets' && kind === 'ServiceAccount') return ['name'];
      if (name === 'ports' && kind === 'Service') return ['port', 'protocol'];
      if (name === 'ports' && parent.toLowerCase().endsWith('containers')) return ['containerPort', 'protocol'];
      if (name === 'addresses' && kind === 'EndpointSlice') return 'atomic';
      return keyedLists[name] ?? 'atomic';
    },
    atomic: () => atomicMaps.has(name),
    field: (child) => namedShape(kind, child, name),
    item: () => namedShape(kind, name, parent),
  };
}

function schemaShape(schema: Schema | undefined): Shape {
  return {
    list() {
      const type = schema?.['x-kubernetes-list-type'];
      if (type === 'map') return schema?.['x-kubernetes-list-map-keys'] ?? [];
      return type === 'set' ? 'set' : 'atomic';
    },
    atomic: () => schema?.['x-kubernetes-map-type'] === 'atomic',
    field: (name) => schemaShape(schema?.properties?.[name] ?? asSchema(schema?.additionalProperties)),
    item: () => schemaShape(asSchema(schema?.items)),
  };
}

const asSchema = (value: unknown): Schema | undefined =>
  typeof value === 'object' && value !== null ? (value as Schema) : undefined;

export function shapeOf(kind: Kind): Shape {
  const named = namedShape(kind.kind, '', '');
  if (!kind.schema) return named;
  const own = schemaShape(kind.schema);
  return { ...own, field: (name) => (name === 'metadata' ? named.field('metadata') : own.field(name)) };
}

/** A missing key of a list item counts as its default, as the API server does. */
export const keyDefaults: Record<string, unknown> = { protocol: 'TCP' };

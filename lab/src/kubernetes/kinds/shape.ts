/** How the parts of an object merge, as the schema of its kind says: which lists are keyed and by what, which are sets, what is atomic. */
import { wholeSchema } from '../requests/decode.js';
import type { Kind, Schema } from './kinds.js';

export interface Shape {
  /** How a list here merges: by these keys, as a set of scalars, or as a whole. */
  list(): readonly string[] | 'set' | 'atomic';
  /** True when a map here is owned and replaced as a whole. */
  atomic(): boolean;
  field(name: string): Shape;
  item(): Shape;
}

const unknown: Shape = {
  list: () => 'atomic',
  atomic: () => false,
  field: () => unknown,
  item: () => unknown,
};
const shapes = new WeakMap<Schema, Shape>();

function shapeOfSchema(schema: unknown): Shape {
  if (typeof schema !== 'object' || schema === null) return unknown;
  let shape = shapes.get(schema);
  if (!shape) {
    shape = schemaShape(schema as Schema);
    shapes.set(schema, shape);
  }
  return shape;
}

function schemaShape(schema: Schema): Shape {
  const type = schema['x-kubernetes-list-type'];
  const how = type === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : type === 'set' ? 'set' : 'atomic';
  return {
    list: () => how,
    atomic: () => schema['x-kubernetes-map-type'] === 'atomic',
    field: (name) => shapeOfSchema(schema.properties?.[name] ?? schema.additionalProperties),
    item: () => shapeOfSchema(schema.items),
  };
}

export const shapeOf = (kind: Kind): Shape => shapeOfSchema(wholeSchema(kind));

/** A missing key of a list item counts as its default, as the API server does. */
export const keyDefaults: Record<string, unknown> = { protocol: 'TCP' };

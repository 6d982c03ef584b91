/** From JSON to an object of its kind: values of another type are refused, fields that the kind does not have are dropped. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { objectMeta } from '../kinds/built-in-types.js';
import type { Kind, Schema } from '../kinds/kinds.js';

export interface Decoded {
  object: KubeObject;
  /** `spec.template.spec.containers[0].prts`, … */
  unknown: string[];
}

/** Says what is wrong as Go's decoder does. */
export class DecodeError extends Error {}

/** The schema of the whole object, its metadata included. Undefined when nothing is known of it. */
export function wholeSchema(kind: Kind): Schema | undefined {
  if (!kind.schema) return kind.types;
  let whole = wholes.get(kind.schema);
  if (!whole) {
    const text: Schema = { type: 'string', 'x-go': 'string' };
    const own = { apiVersion: text, kind: text, metadata: objectMeta() };
    const open = Object.keys(kind.schema).length === 0 ? { 'x-kubernetes-preserve-unknown-fields': true } : {};
    whole = { ...kind.schema, ...open, properties: { ...kind.schema.properties, ...own } };
    wholes.set(kind.schema, whole);
  }
  return whole;
}
const wholes = new WeakMap<Schema, Schema>();

/** @throws DecodeError for a value of another type (in kinds of CRDs only in metadata: the rest is for validation to tell) */
export function decode(kind: Kind, object: KubeObject): Decoded {
  const schema = wholeSchema(kind);
  const unknown: string[] = [];
  if (!schema) return { object, unknown };
  const known = read(object, schema, { at: '', path: '', struct: '' }, unknown) as KubeObject;
  // Fields of an added kind are looked at after its metadata, and told in order.
  const late = (field: string) => (field.startsWith('metadata.') ? '' : field);
  return { object: known, unknown: kind.schema ? unknown.sort((a, b) => (late(a) < late(b) ? -1 : 1)) : unknown };
}

interface Place {
  /** With indexes, for unknown fields. */
  at: string;
  /** Without, as Go's decoder has it, and the struct that the field is of. */
  path: string;
  struct: string;
}

function read(value: unknown, schema: Schema, place: Place, unknown: string[]): unknown {
  if (schema['x-go']) requireType(value, schema, place);
  if (Array.isArray(value)) {
    if (typeof schema.items !== 'object') return value;
    return value.map((item, index) => read(item, schema.items, { ...place, at: `${place.at}[${index}]` }, unknown));
  }
  if (typeof value !== 'object' || value === null) return value;
  const { properties, additionalProperties } = schema;
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] ||
    (!properties && !additionalProperties && schema.type !== 'object');
  const struct = properties && schema['x-go'] ? String(schema['x-go']).replace(/^.*\./, '') : place.struct;
  const kept: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const inner = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    const at = place.at ? `${place.at}.${name}` : name;
    if (inner) {
      if (inner['x-omitempty'] && isEmpty(item)) continue;
      // The metadata of an added kind is decoded alone: its path begins there.
      const isField = properties?.[name] && (place.path || schema['x-go']);
      const path = isField ? (place.path ? `${place.path}.${name}` : name) : place.path;
      kept[name] = item === null ? zeroOf(inner, schema) : read(item, inner, { at, path, struct }, unknown);
    } else if (open || additionalProperties === true || isOwnOfResource(name, schema)) kept[name] = item;
    else unknown.push(at);
  }
  return kept;
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

const isOwnOfResource = (name: string, schema: Schema) =>
  schema['x-kubernetes-embedded-resource'] && ['apiVersion', 'kind', 'metadata'].includes(name);

/** A null leaves a field as if it had not been sent; in a map of texts it is an empty one. */
const zeroOf = (schema: Schema, parent: Schema) =>
  parent['x-go'] && !parent.properties && schema.type === 'string' ? '' : null;

const quantity = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function requireType(value: unknown, schema: Schema, { path, struct }: Place): void {
  if (value === null || schema['x-kubernetes-preserve-unknown-fields']) return;
  const refuse = (actual: string) => {
    const where = path ? `Go struct field ${struct}.${path}` : 'Go value';
    throw new DecodeError(`json: cannot unmarshal ${actual} into ${where} of type ${schema['x-go']}`);
  };
  const actual = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  if (schema['x-kubernetes-int-or-string']) {
    if (actual !== 'string' && actual !== 'number') refuse(actual);
  } else if (schema.format === 'quantity') {
    if (!quantity.test(String(value)))
      throw new DecodeError(`quantities must match the regular expression '${quantity.source}'`);
  } else if (schema.type === 'integer') {
    if (actual !== 'number') refuse(actual);
    const most = schema.format === 'int32' ? 2 ** 31 : 2 ** 63;
    if (!Number.isInteger(value) || Math.abs(value as number) >= most) refuse(`number ${value}`);
  } else if (actual !== (schema.type === 'boolean' ? 'bool' : schema.type)) refuse(actual);
  else if (schema.format === 'byte') requireBase64(value as string);
  else if (schema.format === 'date-time' && !instant.test(value as string)) {
    const form = '2006-01-02T15:04:05Z07:00';
    throw new DecodeError(`parsing time "${value}" as "${form}": cannot parse "${value}" as "2006"`);
  }
}

function requireBase64(text: string): void {
  const clean = text.replace(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/]/.exec(clean.replace(/={1,2}$/, ''));
  if (bad) throw new DecodeError(`illegal base64 data at input byte ${bad.index}`);
  if (clean.length % 4 !== 0)
    throw new DecodeError(`illegal base64 data at input byte ${clean.length - (clean.length % 4)}`);
}

/**
 * The types of the built-in kinds, as schemas. Their table (built-in-types.json) is written by a test that reads it from a real
 * server. Its notation: `field=type`, where a type is `string`, `bool`, `int32`, …, an enum `(A|B)` or another line, with the
 * group and version of its own line when it names none; `[]` list, `[name]` keyed by, `[set]`; `{}` map of strings to it; `*` (behind a type, or before the fields) owned as a whole; `!` written even when it is empty.
 */
import table from './built-in-types.json' with { type: 'json' };
import type { Schema } from './kinds.js';

const lines = table as Record<string, string>;
const built = new Map<string, Schema>();

/** Undefined for a kind whose type is not in the table. `x-go` of each schema is how messages of a real server name its type. */
export function builtInType(apiVersion: string, kind: string): Schema | undefined {
  const key = lines[`${apiVersion}/${kind}`];
  return key === undefined ? undefined : structOf(key);
}

export const objectMeta = (): Schema => structOf('meta/v1.ObjectMeta');

function structOf(key: string): Schema {
  const known = built.get(key);
  if (known) return known;
  const schema: Schema = { type: 'object', properties: {}, 'x-go': `${key.slice(key.indexOf('/') + 1)}` };
  // Before its fields are read: types may hold themselves.
  built.set(key, schema);
  const fields = (lines[key] ?? '').split(' ').filter(Boolean);
  if (fields[0] === '*') {
    fields.shift();
    schema['x-kubernetes-map-type'] = 'atomic';
  }
  const own = key.slice(0, key.lastIndexOf('.') + 1);
  for (const field of fields) {
    const at = field.indexOf('=');
    const text = field.slice(at + 1);
    const kept = text.endsWith('!');
    const type = typeOf(kept ? text.slice(0, -1) : text, own);
    const omitted = !kept && (type.type === 'array' || type.additionalProperties);
    schema.properties[field.slice(0, at)] = omitted ? { ...type, 'x-omitempty': true } : type;
  }
  return schema;
}

function typeOf(text: string, own: string): Schema {
  if (text.endsWith('*')) return { ...typeOf(text.slice(0, -1), own), 'x-kubernetes-map-type': 'atomic' };
  if (text.endsWith('{}')) {
    const inner = typeOf(text.slice(0, -2), own);
    return { type: 'object', additionalProperties: inner, 'x-go': `map[string]${inner['x-go']}` };
  }
  const list = /^(.*)\[([^\]]*)\]$/.exec(text);
  if (list) {
    const items = typeOf(list[1]!, own);
    const how = list[2]!;
    const keys = how === '' ? [] : how.split(',');
    return {
      ...{ type: 'array', items, 'x-go': `[]${items['x-go']}` },
      ...(how === 'set' ? { 'x-kubernetes-list-type': 'set' } : {}),
      ...(how !== 'set' && how ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys } : {}),
    };
  }
  if (text.startsWith('(')) return { type: 'string', enum: text.slice(1, -1).split('|'), 'x-go': 'string' };
  return scalars[text] ?? structOf(text.includes('/') ? text : `${own}${text}`);
}

const integer = (name: string): Schema => ({ type: 'integer', format: name, 'x-go': name });
const scalars: Record<string, Schema> = {
  string: { type: 'string', 'x-go': 'string' },
  bytes: { type: 'string', format: 'byte', 'x-go': '[]uint8' },
  bool: { type: 'boolean', 'x-go': 'bool' },
  int32: integer('int32'),
  int64: integer('int64'),
  float64: { type: 'number', 'x-go': 'float64' },
  double: { type: 'number', 'x-go': 'float64' },
  time: { type: 'string', format: 'date-time', 'x-go': 'v1.Time' },
  quantity: { format: 'quantity', 'x-go': 'resource.Quantity' },
  intstr: { 'x-kubernetes-int-or-string': true, 'x-go': 'int32' },
  any: { 'x-kubernetes-preserve-unknown-fields': true, 'x-go': 'interface {}' },
};

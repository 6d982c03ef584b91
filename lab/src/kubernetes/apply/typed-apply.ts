/** What server-side apply refuses of a configuration before it looks at who owns what: it must fit the types of its kind. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { apiVersionOf, type Kind, type Schema } from '../kinds/kinds.js';
import { keyDefaults } from '../kinds/shape.js';
import { wholeSchema } from '../requests/decode.js';
import { ApiRefusal } from '../requests/status.js';

/** @throws ApiRefusal 500 naming every field that is not declared or of another type */
export function requireTyped(kind: Kind, config: KubeObject): void {
  const schema = wholeSchema(kind);
  const errors = schema ? errorsOf(config, schema, '') : [];
  if (errors.length === 0) return;
  const { namespace = '', name } = config.metadata;
  const version = apiVersionOf(kind);
  const subject = `${namespace}/${name}; ${kind.group ? version : `/${version}`}, Kind=${kind.kind}`;
  const text = errors.length === 1 ? errors[0] : `errors:\n  ${errors.join('\n  ')}`;
  throw new ApiRefusal(500, '', `failed to create typed patch object (${subject}): ${text}`);
}

function errorsOf(value: unknown, schema: Schema, at: string): string[] {
  if (value === null || value === undefined || schema['x-kubernetes-int-or-string'] || schema.format === 'quantity')
    return [];
  const fits = fitting[schema.type as string];
  if (fits && !fits.test(value)) return [`${at}: expected ${fits.word}, got ${shownAsGo(value, schema.type)}`];
  if (Array.isArray(value)) return typeof schema.items === 'object' ? itemErrors(value, schema, at) : [];
  if (typeof value !== 'object') return [];
  const { properties, additionalProperties } = schema;
  const closed = schema.type === 'object' && !schema['x-kubernetes-preserve-unknown-fields'];
  return Object.entries(value).flatMap(([name, item]) => {
    const inner = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (inner) return errorsOf(item, inner, `${at}.${name}`);
    const own = schema['x-kubernetes-embedded-resource'] && ['apiVersion', 'kind', 'metadata'].includes(name);
    return closed && !additionalProperties && !own ? [`${at}.${name}: field not declared in schema`] : [];
  });
}

function itemErrors(list: unknown[], schema: Schema, at: string): string[] {
  const type = schema['x-kubernetes-list-type'];
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    if (type === 'set') {
      const element = `[=${JSON.stringify(item)}]`;
      if (seen.has(element)) return [`${at}: duplicate entries for key ${element}`];
      seen.add(element);
    }
    if (type !== 'map') return errorsOf(item, schema.items, `${at}[${index}]`);
    const fields = (item ?? {}) as Record<string, unknown>;
    const found = keys.flatMap((key) => {
      const own = fields[key] ?? schema.items.properties?.[key]?.default ?? keyDefaults[key];
      return own === undefined ? [] : [`${key}=${JSON.stringify(own)}`];
    });
    if (found.length === 0) {
      const names = keys.map((key) => `"${key}"`).join(', ');
      return [
        `${at}: element ${index}: associative list with keys has an element that omits key field ${names} (and doesn't have default value)`,
      ];
    }
    const element = `[${found.join(',')}]`;
    if (seen.has(element)) return [`${at}: duplicate entries for key ${element}`];
    seen.add(element);
    return errorsOf(item, schema.items, `${at}${element}`);
  });
}

const fitting: Record<string, { word: string; test: (value: unknown) => boolean }> = {
  string: { word: 'string', test: (value) => typeof value === 'string' },
  boolean: { word: 'boolean', test: (value) => typeof value === 'boolean' },
  integer: { word: 'numeric (int or float)', test: (value) => typeof value === 'number' },
  number: { word: 'numeric (int or float)', test: (value) => typeof value === 'number' },
  array: { word: 'list', test: (value) => Array.isArray(value) },
  object: { word: 'map', test: (value) => typeof value === 'object' && !Array.isArray(value) },
};

function shownAsGo(value: unknown, wanted: unknown): string {
  if (wanted === 'object' || wanted === 'array')
    return `&{${typeof value === 'object' ? JSON.stringify(value) : value}}`;
  return `&value.valueUnstructured{Value:${JSON.stringify(value)}}`;
}

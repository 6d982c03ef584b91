/** The light part of structural schemas: what values of a CRD's kind must look like. */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from './kinds.js';
import type { StatusCause } from './status.js';

/** type, required, enum, pattern, minimum and maximum, lengths; nothing of unknown fields. */
export function schemaCauses(value: unknown, schema: Schema, at: string): StatusCause[] {
  const bad = (message: string): StatusCause[] => [
    { reason: 'FieldValueInvalid', field: at, message: `Invalid value: ${message}` },
  ];
  if (value === null)
    return schema.nullable || at === '' ? [] : bad(`"null": ${at} in body must be of type ${schema.type}: "null"`);
  if (schema['x-kubernetes-int-or-string'] && ['number', 'string'].includes(typeof value)) return [];
  if (schema.type && !hasType(value, schema.type)) {
    const actual = Array.isArray(value) ? 'array' : typeof value;
    return bad(`"${actual}": ${at} in body must be of type ${schema.type}: "${actual}"`);
  }
  if (schema.enum && !schema.enum.some((allowed: unknown) => isDeepStrictEqual(allowed, value))) {
    const allowed = schema.enum.map((entry: unknown) => JSON.stringify(entry)).join(', ');
    return [
      {
        reason: 'FieldValueNotSupported',
        field: at,
        message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`,
      },
    ];
  }
  if (typeof value === 'string') {
    if (schema.pattern && !safePattern(schema.pattern).test(value)) {
      return bad(`"${value}": ${at} in body should match '${schema.pattern}'`);
    }
    if (value.length < (schema.minLength ?? 0))
      return bad(`"${value}": ${at} in body should be at least ${schema.minLength} chars long`);
    if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
      return bad(`${at} in body should be at most ${schema.maxLength} chars long`);
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? Number.NEGATIVE_INFINITY))
      return bad(`${value}: ${at} in body should be greater than or equal to ${schema.minimum}`);
    if (value > (schema.maximum ?? Number.POSITIVE_INFINITY))
      return bad(`${value}: ${at} in body should be less than or equal to ${schema.maximum}`);
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0))
      return bad(`${value.length}: ${at} in body should have at least ${schema.minItems} items`);
    return schema.items ? value.flatMap((item, index) => schemaCauses(item, schema.items, `${at}[${index}]`)) : [];
  }
  if (typeof value !== 'object') return [];
  const fields = value as Record<string, unknown>;
  const path = (name: string) => (at === '' ? name : `${at}.${name}`);
  const missing = ((schema.required ?? []) as string[]).filter((name) => fields[name] === undefined);
  return [
    ...missing.map((name) => ({ reason: 'FieldValueRequired', field: path(name), message: 'Required value' })),
    ...Object.entries(fields).flatMap(([name, item]) => {
      if (at === '' && ['metadata', 'apiVersion', 'kind'].includes(name)) return [];
      const inner = schema.properties?.[name] ?? schema.additionalProperties;
      return typeof inner === 'object' && item !== undefined ? schemaCauses(item, inner, path(name)) : [];
    }),
  ];
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Go's pattern syntax is nearly ours; what is not is taken as fitting. */
function safePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    return /(?:)/;
  }
}

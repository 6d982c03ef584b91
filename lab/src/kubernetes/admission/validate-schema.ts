/** Structural schemas: what values of a CRD's kind must look like. Their rules (x-kubernetes-validations) are checked elsewhere. */
import { isDeepStrictEqual } from 'node:util';
import type { Schema } from '../kinds/kinds.js';
import type { StatusCause } from '../requests/status.js';
import { duplicate, required, unsupported } from './causes.js';

/** Nothing of unknown fields: they are gone by then. */
export function schemaCauses(value: unknown, schema: Schema, at: string): StatusCause[] {
  const bad = (message: string, reason = 'FieldValueInvalid'): StatusCause[] => [
    { reason, field: at, message: `Invalid value: ${message}` },
  ];
  const ofType = (actual: string) =>
    bad(`"${actual}": ${at} in body must be of type ${schema.type}: "${actual}"`, 'FieldValueTypeInvalid');
  const many = (count: number, most: number): StatusCause[] => [
    { reason: 'FieldValueTooMany', field: at, message: `Too many: ${count}: must have at most ${most} items` },
  ];
  if (value === null) return schema.nullable || at === '' ? [] : ofType('null');
  if (schema['x-kubernetes-int-or-string'] && ['number', 'string'].includes(typeof value)) return [];
  if (schema['x-kubernetes-int-or-string']) {
    const actual = Array.isArray(value) ? 'array' : typeof value;
    return bad(`"${actual}": ${at} in body must be of type integer,string: "${actual}"`, 'FieldValueTypeInvalid');
  }
  if (schema.type && !hasType(value, schema.type)) return ofType(Array.isArray(value) ? 'array' : typeof value);
  if (schema.enum && !schema.enum.some((allowed: unknown) => isDeepStrictEqual(allowed, value))) {
    return [unsupported(at, value, schema.enum)];
  }
  const causes = junctionCauses(value, schema, at);
  if (typeof value === 'string') {
    const length = [...value].length;
    if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) {
      const message = `Too long: may not be more than ${schema.maxLength} bytes`;
      return [...causes, { reason: 'FieldValueTooLong', field: at, message }];
    }
    if (length < (schema.minLength ?? 0)) {
      return [...causes, ...bad(`"${value}": ${at} in body should be at least ${schema.minLength} chars long`)];
    }
    if (schema.pattern && !safePattern(schema.pattern).test(value)) {
      return [...causes, ...bad(`"${value}": ${at} in body should match '${schema.pattern}'`)];
    }
    return [
      ...causes,
      ...(hasFormat(value, schema.format)
        ? []
        : bad(`"${value}": ${at} in body must be of type ${schema.format}: "${value}"`)),
    ];
  }
  if (typeof value === 'number') {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    if (value < minimum || (exclusiveMinimum && value === minimum))
      causes.push(
        ...bad(`${value}: ${at} in body should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`),
      );
    if (value > maximum || (exclusiveMaximum && value === maximum))
      causes.push(
        ...bad(`${value}: ${at} in body should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`),
      );
    if (multipleOf && value % multipleOf !== 0)
      causes.push(...bad(`${value}: ${at} in body should be a multiple of ${multipleOf}`));
    return causes;
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0))
      causes.push(...bad(`${value.length}: ${at} in body should have at least ${schema.minItems} items`));
    if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY))
      causes.push(...many(value.length, schema.maxItems));
    if (schema.items)
      causes.push(...value.flatMap((item, index) => schemaCauses(item, schema.items, `${at}[${index}]`)));
    return [...causes, ...duplicates(value, schema, at)];
  }
  if (typeof value !== 'object') return causes;
  const fields = value as Record<string, unknown>;
  const path = (name: string) => (at === '' ? name : `${at}.${name}`);
  const names = Object.keys(fields);
  if (names.length > (schema.maxProperties ?? Number.POSITIVE_INFINITY))
    causes.push(...many(names.length, schema.maxProperties));
  if (names.length < (schema.minProperties ?? 0))
    causes.push(...bad(`${names.length}: ${at} in body should have at least ${schema.minProperties} properties`));
  for (const name of (schema.required ?? []) as string[])
    if (fields[name] === undefined) causes.push(required(path(name)));
  for (const [name, item] of Object.entries(fields)) {
    if (at === '' && ['metadata', 'apiVersion', 'kind'].includes(name)) continue;
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    if (typeof inner === 'object' && item !== undefined) causes.push(...schemaCauses(item, inner, path(name)));
  }
  return causes;
}

function junctionCauses(value: unknown, schema: Schema, at: string): StatusCause[] {
  const fitting = (list: Schema[]) => list.filter((one) => schemaCauses(value, one, at || 'x').length === 0).length;
  const { anyOf, oneOf, allOf, not } = schema;
  const bad = (why: string): StatusCause => ({
    reason: 'FieldValueInvalid',
    field: '<nil>',
    message: `Invalid value: "": "${at}" ${why}`,
  });
  const causes: StatusCause[] = [];
  if (anyOf && fitting(anyOf) === 0) causes.push(bad('must validate at least one schema (anyOf)'));
  if (oneOf && fitting(oneOf) !== 1) {
    const found = fitting(oneOf) === 0 ? 'none valid' : `${fitting(oneOf)} valid alternatives`;
    causes.push(bad(`must validate one and only one schema (oneOf). Found ${found}`));
  }
  if (allOf && fitting(allOf) !== allOf.length) causes.push(bad('must validate all the schemas (allOf)'));
  if (not && fitting([not]) === 1) causes.push(bad('must not validate the schema (not)'));
  return causes;
}

/** Entries that are there twice in a set or in a list with keys. */
function duplicates(list: unknown[], schema: Schema, at: string): StatusCause[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'set' && type !== 'map') return [];
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const identity =
      type === 'set'
        ? item
        : Object.fromEntries(keys.map((key) => [key, (item as Record<string, unknown> | null)?.[key]]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) return [duplicate(`${at}[${index}]`, identity)];
    seen.add(text);
    return [];
  });
}

const formats: Record<string, RegExp> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
};
const hasFormat = (value: string, format: string | undefined) => formats[format ?? '']?.test(value) ?? true;

function hasType(value: unknown, type: string): boolean {
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

const patterns = new Map<string, RegExp>();

/** Go's pattern syntax is nearly ours; what is not is taken as fitting. */
function safePattern(pattern: string): RegExp {
  let expression = patterns.get(pattern);
  if (!expression) {
    try {
      expression = new RegExp(pattern);
    } catch {
      expression = /(?:)/;
    }
    patterns.set(pattern, expression);
  }
  return expression;
}

/**
 * x-kubernetes-validations of CRDs: rules in CEL over a value and the one before it. A rule that uses what the CEL library does not
 * know (Kubernetes' own functions such as quantity()) is not checked here.
 */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import type { Schema } from '../kinds/kinds.js';
import type { StatusCause } from '../requests/status.js';
import { invalidValue } from './causes.js';

interface Rule {
  given: Schema;
  test: ParseResult;
  message?: ParseResult;
  /** Speaks of the value before: only checked when there is one. */
  transition: boolean;
}

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  enableOptionalTypes: true,
  homogeneousAggregateLiterals: false,
})
  .registerVariable('self', 'dyn')
  .registerVariable('oldSelf', 'dyn');
const compiled = new WeakMap<Schema, readonly Rule[]>();
const carrying = new WeakMap<Schema, boolean>();

const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

/** @param found what the schema itself has against the object: some of it keeps rules from being checked, which is said */
export function ruleCauses(
  schema: Schema,
  object: unknown,
  before: unknown,
  found: readonly StatusCause[],
): StatusCause[] {
  if (!hasRules(schema)) return [];
  if (!found.some(({ reason }) => blocking.has(reason ?? ''))) return visit(object, before, schema, '');
  const why =
    'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
  return [invalidValue('<nil>', null, why)];
}

function hasRules(schema: Schema): boolean {
  let has = carrying.get(schema);
  if (has === undefined) {
    const below = [
      ...Object.values((schema.properties ?? {}) as Record<string, Schema>),
      schema.items,
      schema.additionalProperties,
    ];
    has =
      schema['x-kubernetes-validations'] !== undefined ||
      below.some((inner) => typeof inner === 'object' && inner !== null && hasRules(inner));
    carrying.set(schema, has);
  }
  return has;
}

function visit(value: unknown, before: unknown, schema: Schema, at: string): StatusCause[] {
  if (value === undefined || value === null || !hasRules(schema)) return [];
  const causes = rulesOf(schema).flatMap((rule) => broken(rule, value, before, schema, at));
  if (Array.isArray(value)) {
    const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
    const old = (Array.isArray(before) && keys.length > 0 ? before : []) as Record<string, unknown>[];
    return [
      ...causes,
      ...value.flatMap((item, index) => {
        const same = old.find((one) => keys.every((key) => one[key] === item[key]));
        return visit(item, same, schema.items ?? {}, `${at}[${index}]`);
      }),
    ];
  }
  if (typeof value !== 'object') return causes;
  for (const [name, item] of Object.entries(value)) {
    const inner = schema.properties?.[name] ?? schema.additionalProperties;
    if (typeof inner !== 'object') continue;
    const old = (before as Record<string, unknown> | undefined)?.[name];
    causes.push(...visit(item, old, inner, at ? `${at}.${name}` : name));
  }
  return causes;
}

function rulesOf(schema: Schema): readonly Rule[] {
  let rules = compiled.get(schema);
  if (!rules) {
    rules = ((schema['x-kubernetes-validations'] ?? []) as Schema[]).flatMap((given) => {
      try {
        const message = given.messageExpression ? environment.parse(given.messageExpression) : undefined;
        const transition = /\boldSelf\b/.test(given.rule) && given.optionalOldSelf !== true;
        return [{ given, test: environment.parse(given.rule), transition, ...(message ? { message } : {}) }];
      } catch {
        return [];
      }
    });
    compiled.set(schema, rules);
  }
  return rules;
}

function broken(
  { given, test, message, transition }: Rule,
  value: unknown,
  before: unknown,
  schema: Schema,
  at: string,
): StatusCause[] {
  if (transition && before === undefined) return [];
  const context = { self: asCel(value, schema), oldSelf: asCel(before, schema) };
  try {
    if (test(context) !== false) return [];
  } catch (error) {
    const missing = /no such key: (\S+)/i.exec(messageOf(error))?.[1];
    const type = Array.isArray(value) ? 'array' : typeof value;
    const why = `no such key: ${missing} evaluating rule: ${given.message ?? given.rule}`;
    return missing ? [invalidValue(at || '<nil>', type, why)] : [];
  }
  const told = message && String(message(context));
  const why = told || given.message || `failed rule: ${given.rule}`;
  const field = `${at}${given.fieldPath ?? ''}`.replace(/^\./, '') || '<nil>';
  const reason = given.reason ?? 'FieldValueInvalid';
  return [{ reason, field, message: `${words[reason] ?? 'Invalid value'}: ${shownOf(value, reason)}${why}` }];
}

const words: Record<string, string> = {
  FieldValueForbidden: 'Forbidden',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
};

/** Only values that are neither map nor list are shown. */
const shownOf = (value: unknown, reason: string) =>
  typeof value === 'object' || reason === 'FieldValueForbidden' || reason === 'FieldValueRequired'
    ? ''
    : `${JSON.stringify(value)}: `;

/** CEL tells whole numbers from others; JSON does not, but the schema does. */
function asCel(value: unknown, schema: Schema | undefined): unknown {
  if (typeof value === 'number') {
    const whole = Number.isInteger(value) && schema?.type !== 'number';
    return whole ? BigInt(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => asCel(item, schema?.items));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      asCel(item, schema?.properties?.[name] ?? schema?.additionalProperties),
    ]),
  );
}

/**
 * Variables go into parsed YAML nodes, never into text, so a value can not change the shape of a document. A scalar that
 * is nothing but `${name}` takes the value with its type; inside a longer scalar only values of harmless characters fit,
 * because such scalars are often configuration of another language (HCL, River, Lua). `$${` stands for a literal `${`.
 */
import { fail } from '../../support/errors/errors.js';
import type { Variables } from './variables.js';

const token = /\$\$\{|\$\{([^}]*)\}/g;
const whole = /^\$\{([^}]*)\}$/;
const harmless = /^[A-Za-z0-9._:/@+-]*$/;

export interface SubstituteOptions {
  /** Where the value stands, for messages: `bp-harbor/values.yaml`. */
  where: string;
  /** The result is read by Helm, where a chart may evaluate `{{ }}` in values. */
  forHelm?: boolean;
}

/** A copy of `value` with every variable resolved. Throws E3202 on an unknown one, or one that does not fit its place. */
export function substitute<T>(value: T, variables: Variables, options: SubstituteOptions): T {
  return walk(value, variables, options) as T;
}

function walk(value: unknown, variables: Variables, options: SubstituteOptions): unknown {
  if (typeof value === 'string') return value.includes('${') ? inString(value, variables, options) : value;
  if (Array.isArray(value)) return value.map((item) => walk(item, variables, options));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key.includes('${') ? String(inString(key, variables, options)) : key,
        walk(item, variables, options),
      ]),
    );
  }
  return value;
}

function inString(text: string, variables: Variables, options: SubstituteOptions): unknown {
  const alone = whole.exec(text);
  if (alone) return lookUp(alone[1]!, variables, options);
  return text.replaceAll(token, (match, name: string | undefined) => {
    if (match === '$${' || name === undefined) return '${';
    const value = String(lookUp(name, variables, options));
    if (harmless.test(value)) return value;
    throw fail(
      'E3202',
      `${options.where}: the value of ${name} contains characters that are not allowed inside a string.`,
      {
        actions: [`Use letters, digits and . _ : / @ + - in ${name}`],
        data: { variable: name },
      },
    );
  });
}

function lookUp(name: string, variables: Variables, { where, forHelm }: SubstituteOptions) {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  if (value === undefined) {
    throw fail('E3202', `${where} names the variable ${name}, which does not exist.`, {
      data: { variable: name, known: Object.keys(variables) },
    });
  }
  if (forHelm && typeof value === 'string' && value.includes('{{')) {
    throw fail('E3202', `${where}: the value of ${name} contains "{{", which a chart would evaluate.`, {
      actions: [`Remove "{{" from ${name}`],
      data: { variable: name },
    });
  }
  return value;
}

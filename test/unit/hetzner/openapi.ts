/**
 * Holds traffic against Hetzner's own description of its API, when that lies beside the checkout: shared/reference, or the
 * folder that CATALYST_REFERENCE names. Only what the description says of JSON bodies is checked; a small part of JSON Schema.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: a JSON Schema document of any shape
type Schema = any;

const beside = ['../../../..', '../../../../..'].map((up) => join(import.meta.dirname, up, 'shared/reference'));
const file = [process.env['CATALYST_REFERENCE'] ?? beside]
  .flat()
  .map((folder) => join(folder, 'hcloud-openapi.json'))
  .find(existsSync);

export interface Contract {
  /** What is wrong with a request or an answer; empty when it fits. */
  request(method: string, path: string, query: URLSearchParams, body: unknown): string[];
  answer(method: string, path: string, status: number, body: unknown): string[];
}

/** Undefined when the description is not there. */
export function openApiContract(): Contract | undefined {
  if (!file) return undefined;
  const document = JSON.parse(readFileSync(file, 'utf8')) as Schema;
  const resolve = (schema: Schema): Schema =>
    schema?.$ref
      ? resolve(
          schema.$ref
            .slice(2)
            .split('/')
            .reduce((at: Schema, key: string) => at[key], document),
        )
      : schema;
  const templates = Object.keys(document.paths)
    .map((template) => ({ template, form: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
    .sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  const operation = (method: string, path: string) => {
    const found = templates.find(
      ({ form, template }) => form.test(path) && document.paths[template][method.toLowerCase()],
    );
    return found && document.paths[found.template][method.toLowerCase()];
  };

  const check = (schema: Schema, value: Schema, at: string, strict: boolean): string[] => {
    const rule = resolve(schema);
    if (!rule) return [];
    for (const part of rule.allOf ?? []) {
      const wrong = check(part, value, at, false);
      if (wrong.length > 0) return wrong;
    }
    const variants = rule.oneOf ?? rule.anyOf;
    if (variants) {
      const tried = variants.map((one: Schema) => check(one, value, at, false)) as string[][];
      return tried.some((wrong) => wrong.length === 0) ? [] : (tried[0] ?? []);
    }
    const types: string[] = rule.type === undefined ? [] : [rule.type].flat();
    if (types.length > 0 && !types.some((type) => isA(type, value))) return [`${at} is ${kindOf(value)}, not ${types}`];
    if (value === null) return [];
    if (rule.enum && !rule.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}, not one of ${rule.enum}`];
    if (rule.maxLength !== undefined && String(value).length > rule.maxLength) return [`${at} is too long`];
    if (Array.isArray(value)) return value.flatMap((one, index) => check(rule.items, one, `${at}[${index}]`, strict));
    if (typeof value !== 'object') return [];
    const missing = (rule.required ?? []).filter((key: string) => value[key] === undefined);
    const known = rule.properties ?? {};
    const closed = strict && rule.properties && !rule.allOf;
    return [
      ...missing.map((key: string) => `${at}.${key} is missing`),
      ...Object.entries(value).flatMap(([key, one]) =>
        known[key] ? check(known[key], one, `${at}.${key}`, strict) : closed ? [`${at}.${key} is not known`] : [],
      ),
    ];
  };

  return {
    request(method, path, query, body) {
      const found = operation(method, path);
      if (!found) return [`${method} ${path} is not in the description`];
      const names = new Set((found.parameters ?? []).map((one: Schema) => resolve(one).name));
      const unknown = [...query.keys()].filter((key) => !names.has(key)).map((key) => `parameter ${key} is not known`);
      const schema = found.requestBody?.content?.['application/json']?.schema;
      if (body === undefined) return found.requestBody?.required ? [...unknown, 'a body is needed'] : unknown;
      return [...unknown, ...(schema ? check(schema, body, 'body', true) : ['no body is expected'])];
    },
    answer(method, path, status, body) {
      const found = operation(method, path);
      if (!found) return [`${method} ${path} is not in the description`];
      const exact = found.responses[String(status)];
      const range = found.responses[`${String(status)[0]}xx`];
      const response = resolve(exact ?? range);
      if (!response) return [`status ${status} is not in the description`];
      const schema = response.content?.['application/json']?.schema;
      return schema ? check(schema, body, 'answer', false) : [];
    },
  };
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function isA(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  return type === kindOf(value);
}

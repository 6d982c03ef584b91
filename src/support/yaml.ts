/** The only room that knows the yaml library. */
import {
  type Document,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseAllDocuments,
  parseDocument,
  stringify,
} from 'yaml';
import { emitYaml } from './yaml-emit.js';

export type { Document, Node };
export { isMap, isPair, isScalar, LineCounter, parseAllDocuments, parseDocument };

const options = { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' } as const;

/** Deterministic YAML: no line folding, no anchors, keys in the order given. */
export function toYaml(value: unknown): string {
  const alone = value === null || typeof value !== 'object';
  return alone || hasOddities(value) ? stringify(value, options) : emitYaml(value, scalar);
}

/** One value as the library writes it behind a key. */
function scalar(value: unknown): string {
  return stringify({ k: value }, options).slice('k: '.length, -1);
}

/** Keys and texts in whose place the library decides by what stands around them: it is asked for the whole then. */
function hasOddities(value: unknown): boolean {
  // many lines of plain characters stand as a block; what else has a line break is rare
  if (typeof value === 'string') return value.includes('\n') && !/^[!-"$-~][\t\n -~]*\n$/.test(value);
  if (Array.isArray(value)) return value.some((item) => item === undefined || hasOddities(item));
  if (value === null || typeof value !== 'object') return typeof value === 'bigint';
  if (Object.getPrototypeOf(value) !== Object.prototype) return true;
  return Object.entries(value).some(([key, item]) => !/^[A-Za-z0-9_/][A-Za-z0-9_./-]*$/.test(key) || hasOddities(item));
}

/** A stream of documents from many values. */
export function toYamlStream(values: readonly unknown[]): string {
  return values.map((value) => toYaml(value)).join('---\n');
}

/** Every document of a stream as plain values; empty documents are left out. */
export function parseYamlStream(text: string): unknown[] {
  const documents = parseAllDocuments(text);
  const values: unknown[] = [];
  for (const document of documents) {
    const problem = 'errors' in document ? document.errors[0] : undefined;
    if (problem) throw problem;
    const value = (document as Document).toJS() as unknown;
    if (value !== null && value !== undefined) values.push(value);
  }
  return values;
}

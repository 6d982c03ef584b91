/** Reading YAML, with lines and columns, and writing it. */
import { type Document, isMap, isPair, isScalar, LineCounter, type Node, parseAllDocuments, parseDocument } from 'yaml';
import { toYaml } from './write-yaml.js';

export { toYaml } from './write-yaml.js';
export type { Document, Node };
export { isMap, isPair, isScalar, LineCounter, parseAllDocuments, parseDocument };

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

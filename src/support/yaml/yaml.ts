/** Reading YAML 1.2, and writing it. */
import { CORE_SCHEMA, loadAll } from 'js-yaml';
import { toYaml } from './write-yaml.js';

export type { YAMLException } from 'js-yaml';
export { toYaml } from './write-yaml.js';

/** An alias of an alias grows by powers: a text of a kilobyte that fills the memory needs more of them than this. */
const maxAliases = 32;

/** A stream of documents from many values. */
export function toYamlStream(values: readonly unknown[]): string {
  return values.map((value) => toYaml(value)).join('---\n');
}

/**
 * Every document of a stream as plain values; empty documents are left out. Throws js-yaml's YAMLException, whose `mark` says
 * line and column from 0.
 */
export function parseYamlStream(text: string): unknown[] {
  return loadAll(text, { schema: CORE_SCHEMA, maxAliases }).filter((value) => value !== null && value !== undefined);
}

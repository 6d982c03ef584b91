/** Reading YAML 1.2. */
import { CORE_SCHEMA, loadAll } from 'js-yaml';

export type { YAMLException } from 'js-yaml';

/** An alias of an alias grows by powers: a text of a kilobyte that fills the memory needs more of them than this. */
const maxAliases = 32;

/**
 * Every document of a stream as plain values; empty documents are left out. Throws js-yaml's YAMLException, whose `mark` says
 * line and column from 0.
 */
export function parseYamlStream(text: string): unknown[] {
  return loadAll(text, { schema: CORE_SCHEMA, maxAliases }).filter((value) => value !== null && value !== undefined);
}

/** Writes sovereign.yaml; comments of a file that is there are kept. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fail, messageOf } from '../../support/errors/errors.js';
import { editYaml } from '../../support/yaml/edit-yaml.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import type { Sovereign } from './schema.js';
import { specToYaml, withoutDefaults } from './spec-yaml.js';

/** Throws E1102 when the file cannot be written. */
export function writeSpec(path: string, sovereign: Sovereign): void {
  const edited = existsSync(path) ? editYaml(readFileSync(path, 'utf8'), withoutDefaults(sovereign)) : undefined;
  replaceFile(path, edited ?? specToYaml(sovereign));
}

/** A half-answered spec, to be completed later. Throws E1102 when the file cannot be written. */
export function writeSpecDraft(path: string, tree: Record<string, unknown>): void {
  replaceFile(path, toYaml(tree));
}

function replaceFile(path: string, text: string): void {
  try {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  } catch (error) {
    rmSync(`${path}.new`, { force: true });
    throw fail('E1102', `${path} cannot be written: ${messageOf(error)}.`, {
      actions: ['name another with --spec FILE'],
      cause: error,
    });
  }
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Blueprint } from '../../../src/blueprints/catalog/blueprint.js';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { type Sovereign, sovereignSchema } from '../../../src/sovereign/spec/schema.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';

export const root = join(import.meta.dirname, '../../..');

let loaded: Promise<Blueprint[]> | undefined;

/** The Blueprints of the repository, read once for a test file. */
export function blueprints(): Promise<Blueprint[]> {
  loaded ??= loadBlueprints(join(root, 'templates', 'blueprints'));
  return loaded;
}

/** examples/omantel.yaml, changed. */
export function example(change: (spec: Sovereign['spec']) => Partial<Sovereign['spec']> = () => ({})): Sovereign {
  const [document] = parseYamlStream(readFileSync(join(root, 'examples', 'omantel.yaml'), 'utf8'));
  const { spec, ...sovereign } = sovereignSchema.parse(document);
  return { ...sovereign, spec: { ...spec, ...change(spec) } };
}

/** Without the login for private images: what that adds has tests of its own (pull-secrets.test.ts). */
export const omantel = (change: (spec: Sovereign['spec']) => Partial<Sovereign['spec']> = () => ({})): Sovereign =>
  example((spec) => {
    const plain = { ...spec, charts: { ...spec.charts, secretRef: undefined } };
    return { ...plain, ...change(plain) };
  });

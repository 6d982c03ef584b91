// After the bundle: writes oclif.manifest.json of catalyst and of its lab (start-up reads it instead of every command) and schema/sovereign.schema.json.
// Both are committed; the same source gives the same bytes, and a contract test compares them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config, Plugin } from '@oclif/core';
import { z } from 'zod';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Keys in order at every depth, so that no load order shows. */
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

/** @param folder of the package, below the root of the checkout */
export async function makeManifest(folder = '.') {
  const plugin = new Plugin({ root: join(root, folder), type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  return `${JSON.stringify(sorted(plugin.manifest), null, 2)}\n`;
}

/** Templates parsed once, so that no start has to. */
async function keepTemplates() {
  const { parseTemplates } = await import('../dist/src/blueprints/catalog/keep-templates.js');
  const { path, parsed } = await parseTemplates(join(root, 'templates', 'blueprints'));
  writeFileSync(path, JSON.stringify(parsed));
}

/** The page of `--help`, laid out once. */
async function keepRootHelp() {
  const { rootPage } = await import('../dist/src/cli/command/help.js');
  const { pageFile } = await import('../dist/src/cli/command/root-help.js');
  writeFileSync(pageFile, await rootPage(await Config.load(root)));
}

export async function makeSchema() {
  const { sovereignSchema } = await import('../dist/src/sovereign/spec/schema.js');
  const schema = z.toJSONSchema(sovereignSchema, { io: 'input', unrepresentable: 'any' });
  const { $schema, ...rest } = schema;
  return `${JSON.stringify({ $schema, title: 'Sovereign', ...rest }, null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await keepTemplates();
  for (const folder of ['.', 'lab'])
    writeFileSync(join(root, folder, 'oclif.manifest.json'), await makeManifest(folder));
  await keepRootHelp();
  mkdirSync(join(root, 'schema'), { recursive: true });
  writeFileSync(join(root, 'schema', 'sovereign.schema.json'), await makeSchema());
}

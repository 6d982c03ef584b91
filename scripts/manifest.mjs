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

/**
 * Names of the commands with their own flags, for src/support/commands/command.ts; below '' those that every command has. Then how many
 * arguments each takes, and which flags take no value: by these a command is found in a sentence.
 */
export async function makeCommandFlags() {
  const parsed = await Promise.all(['.', 'lab'].map(async (folder) => JSON.parse(await makeManifest(folder)).commands));
  const all = Object.entries(Object.assign({}, ...parsed));
  const commands = all.map(([id, { flags }]) => [id.replaceAll(':', ' '), Object.keys(flags)]);
  const counts = all.map(([id, { args }]) => [id.replaceAll(':', ' '), Object.keys(args).length]).filter(([, count]) => count > 0);
  const flags = all.flatMap(([, command]) => Object.entries(command.flags));
  const takesValue = new Set(flags.filter(([, { type }]) => type === 'option').map(([name]) => name));
  const switches = [...new Set(flags.map(([name]) => name))].filter((name) => !takesValue.has(name)).concat('help', 'version').sort();
  const shared = commands[0][1].filter((flag) => commands.every(([, flags]) => flags.includes(flag)));
  const rows = [['', [...shared, 'help', 'version']], ...commands.sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, flags]) => [id, flags.filter((flag) => !shared.includes(flag))])];
  const keyOf = (id) => (/^\w+$/.test(id) ? id : `'${id}'`);
  const lines = rows.map(([id, flags]) => `  ${keyOf(id)}: [${flags.map((flag) => `'${flag}'`).join(', ')}],`);
  return `/** Written by the build (scripts/manifest.mjs) from the commands: do not edit. */\n// biome-ignore format: generated\nexport const commandFlags = {\n${lines.join('\n')}\n} as const;\n\n/** How many arguments a command takes, where it takes any. */\n// biome-ignore format: generated\nexport const argumentCounts: Readonly<Record<string, number>> = {\n${counts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, count]) => `  ${keyOf(id)}: ${count},`).join('\n')}\n};\n\n/** Flags without a value. */\n// biome-ignore format: generated\nexport const switches: readonly string[] = [${switches.map((name) => `'${name}'`).join(', ')}];\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await keepTemplates();
  for (const folder of ['.', 'lab'])
    writeFileSync(join(root, folder, 'oclif.manifest.json'), await makeManifest(folder));
  writeFileSync(join(root, 'src/support/commands/command-flags.ts'), await makeCommandFlags());
  await keepRootHelp();
  mkdirSync(join(root, 'schema'), { recursive: true });
  writeFileSync(join(root, 'schema', 'sovereign.schema.json'), await makeSchema());
}

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Command, Config } from '@oclif/core';
import type { Plugin } from '@oclif/core/interfaces';
import { withoutStdin } from './argv.js';

interface Invocation {
  config: Config;
  /** As oclif is to read it: a command of ours as one word, `blueprint:render`. */
  argv: string[];
}

/**
 * oclif's view of this package at `root` for the words that were typed. When they name a command of ours it holds that command
 * alone; for all else, help and mistyped names too, it is the whole: the manifest of every command (a third of a megabyte) and
 * the plugins, which bring `help` and `autocomplete` and nothing else.
 */
export async function loadConfig(root: string, words: readonly string[]): Promise<Invocation> {
  const length = commandLength(root, words);
  if (length === 0 || asksForHelp(words)) return { config: await wholeConfig(root), argv: [...words] };
  const id = words.slice(0, length).join(':');
  const plugin = ownCommand(root, id);
  const config = await Config.load({ root, plugins: new Map([[plugin.name, plugin]]) });
  return { config, argv: [id, ...words.slice(length)] };
}

async function wholeConfig(root: string): Promise<Config> {
  const config = await Config.load(root);
  for (const { commands } of config.getPluginsList())
    for (const command of commands) {
      const { load } = command;
      command.load = async () => withoutStdin(await load());
    }
  return config;
}

const requireBuilt = createRequire(import.meta.url);
const commandFile = (root: string, words: readonly string[]) => join(root, 'dist/run/commands', `${join(...words)}.js`);

/** How many words at the start are the name of a command: commands lie at most one topic deep. */
function commandLength(root: string, words: readonly string[]): number {
  const name = words.slice(0, 2).filter((word) => /^[a-z-]+$/.test(word));
  if (name.length === 0 || name[0] !== words[0]) return 0;
  if (existsSync(commandFile(root, name.slice(0, 1)))) return 1;
  return name.length === 2 && existsSync(commandFile(root, name)) ? 2 : 0;
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? words.length : end).includes('--help');
}

/** This package as oclif's plugin, with the one command `id`. */
function ownCommand(root: string, id: string): Plugin {
  const pjson: Plugin['pjson'] = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const load = async () => {
    const { default: found } = requireBuilt(commandFile(root, id.split(':'))) as { default: Command.Class };
    found.id = id;
    found.plugin = plugin;
    return found;
  };
  // strict: false, so that oclif takes no argument for a further word of the name; the command itself says what it takes
  const command = { id, load, aliases: [], hiddenAliases: [], args: {}, flags: {}, hidden: false, strict: false };
  const plugin: Plugin = {
    _base: `${pjson.name}@${pjson.version}`,
    name: pjson.name,
    alias: pjson.name,
    version: pjson.version,
    root,
    pjson,
    options: { root },
    type: 'core',
    moduleType: 'module',
    isRoot: true,
    valid: true,
    hasManifest: false,
    hooks: {},
    topics: [],
    commandIDs: [id],
    commandsDir: join(root, 'dist/run/commands'),
    commands: [command],
    findCommand: load,
    load: async () => {},
  };
  return plugin;
}

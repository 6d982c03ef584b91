import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core';
import type { PJSON } from '@oclif/core/interfaces';

/**
 * oclif's view of this package at `root`. Its plugins bring `help` and `autocomplete` and nothing else; when `word`, the first
 * of the command line, is a command or topic of ours, they are not looked for.
 */
export function loadConfig(root: string, word: string | undefined): Promise<Config> {
  if (word === undefined || !isOurs(root, word)) return Config.load(root);
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PJSON;
  return Config.load({
    root,
    pjson: { ...pjson, oclif: { ...pjson.oclif, plugins: [] } },
    userPlugins: false,
    devPlugins: false,
  });
}

const isOurs = (root: string, word: string): boolean =>
  /^[a-z-]+$/.test(word) && ['', '.js'].some((end) => existsSync(join(root, `dist/run/commands/${word}${end}`)));

/**
 * Where the root file system of test servers is: `<cache>/catalyst/machines/<recipe>-<versions>/`, the latter of all packages as
 * they were found. A folder is moved there whole, so what is there is complete. It is never written to: a server has an overlay.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { dnsRecipeKey, recipeKey } from './recipe.js';

export type Env = Readonly<Record<string, string | undefined>>;

export function machinesFolder(env: Env): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'catalyst', 'machines');
}

/** The finished folder: `root` is the file system, `packages` has a line per package; undefined when it has not been built. */
export const finishedMachine = (env: Env): string | undefined => newest(env, recipeKey());

/** The finished folder of the layer with the name servers' programs: `layer`, and `packages`. */
export function finishedDns(env: Env): string | undefined {
  const below = finishedMachine(env);
  return below && newest(env, dnsRecipeKey(basename(below)));
}

function newest(env: Env, key: string): string | undefined {
  const folder = machinesFolder(env);
  if (!existsSync(folder)) return undefined;
  const found = readdirSync(folder)
    .filter((name) => name.startsWith(`${key}-`))
    .sort()
    .at(-1);
  return found && join(folder, found);
}

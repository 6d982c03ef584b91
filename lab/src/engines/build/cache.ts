/**
 * Where finished engines stand: `<cache>/catalyst/engines/<engine>-<key>/`, key of the wrapper module and of the Go that
 * built it. A folder is moved there whole, so what is there is complete.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail } from 'catalyst/support/errors/errors.js';
import { type Engine, engines, modulesFolder } from './catalog.js';

type Env = Readonly<Record<string, string | undefined>>;

export function enginesFolder(env: Env): string {
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'catalyst', 'engines');
}

/** Name of an engine's folder up to the Go version: the same wrapper and settings always give the same. */
export function sourceKey(engine: Engine): string {
  const hash = createHash('sha256').update(JSON.stringify(engine));
  // go.mod, go.sum, and what of ours is built with it
  const folder = join(modulesFolder(), engine.name);
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (statSync(join(folder, file)).isFile()) hash.update(readFileSync(join(folder, file)));
  return `${engine.name}-${hash.digest('hex').slice(0, 16)}`;
}

/** The finished folder, of whichever Go version; undefined when it has not been built. */
export function finishedFolder(engine: Engine, env: Env, goVersion?: string): string | undefined {
  const root = enginesFolder(env);
  if (!existsSync(root)) return undefined;
  const wanted = goVersion ? `${sourceKey(engine)}-${goVersion}` : `${sourceKey(engine)}-`;
  const found = readdirSync(root).find((name) => (goVersion ? name === wanted : name.startsWith(wanted)));
  return found && join(root, found);
}

export interface Engines {
  /** Absolute path of a program. */
  program(name: string): string;
  /** Absolute path of a data folder, such as `flux-source/crds`. */
  data(engine: string, path: string): string;
  /** Whether an engine that the lab can do without is there. */
  has(name: string): boolean;
}

/** What has been built. Throws E7004 naming all that is missing when a required one is. */
export function findEngines(env: Env): Engines {
  const folders = new Map(engines.map((engine) => [engine.name, finishedFolder(engine, env)]));
  const missing = engines.filter((engine) => engine.required && !folders.get(engine.name));
  if (missing.length > 0) {
    throw fail('E7004', `These engines have not been built yet: ${missing.map((one) => one.name).join(', ')}.`, {
      actions: ['npm run engines (needs Go 1.26 and some 25 minutes, once)', 'leave --engine out'],
    });
  }
  return {
    program(name) {
      const engine = engines.find((one) => one.programs.some((program) => program.name === name));
      const folder = engine && folders.get(engine.name);
      if (!folder) throw fail('E7004', `The engine ${name} has not been built.`, { actions: ['npm run engines'] });
      return join(folder, 'bin', name);
    },
    data(engine, path) {
      const folder = folders.get(engine);
      if (!folder) throw fail('E7004', `The engine ${engine} has not been built.`, { actions: ['npm run engines'] });
      return join(folder, path);
    },
    has: (name) => folders.get(name) !== undefined,
  };
}

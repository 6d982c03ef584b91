/** Copies of modules with the files changed that the catalog says, and a `go.mod` that builds with these copies. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineChange } from './catalog.js';

export interface ChangedModulesOptions {
  /** Folder of the wrapper module. */
  wrapper: string;
  /** An empty folder, for the copies. */
  folder: string;
  changes: readonly EngineChange[];
  /** Folder in which Go keeps the files of a module that the wrapper uses. */
  directoryOf: (module: string) => Promise<string>;
}

/** Path of the `go.mod` for `go build -modfile`. Throws when a text that is to be changed does not stand in its file just once. */
export async function changeModules(options: ChangedModulesOptions): Promise<string> {
  const { wrapper, folder, changes, directoryOf } = options;
  const modfile = join(folder, 'go.mod');
  const lines = [readFileSync(join(wrapper, 'go.mod'), 'utf8')];
  mkdirSync(folder, { recursive: true });
  for (const [index, module] of [...new Set(changes.map((change) => change.module))].entries()) {
    const copy = join(folder, `${index}`);
    cpSync(await directoryOf(module), copy, { recursive: true });
    for (const change of changes.filter((one) => one.module === module)) carryOut(change, { copy, wrapper });
    lines.push(`replace ${module} => ${copy}`);
  }
  writeFileSync(modfile, `${lines.join('\n')}\n`);
  copyFileSync(join(wrapper, 'go.sum'), join(folder, 'go.sum'));
  return modfile;
}

function carryOut({ module, file, by }: EngineChange, { copy, wrapper }: { copy: string; wrapper: string }): void {
  const target = join(copy, file);
  const before = readFileSync(target, 'utf8');
  if (typeof by === 'string') {
    copyFileSync(join(wrapper, by), target);
    return;
  }
  const parts = before.split(by.text);
  if (parts.length !== 2)
    throw new Error(`${file} of ${module} has ${parts.length - 1} times what is to be changed there: ${by.text}`);
  writeFileSync(target, parts.join(by.becomes));
}

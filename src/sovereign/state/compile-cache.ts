/**
 * Compiled code is kept between starts, for loading libraries is most of a short command. In the person's own cache and not
 * where Node would put it (the system's temporary directory): whoever may write there says what runs.
 */
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { cacheDir, makePrivateDir } from './state-dir.js';

/** Before the libraries are imported. Without a cache that can be written the start is slower and nothing else. */
export function enableCompileCache(env: Readonly<Record<string, string | undefined>>): void {
  try {
    nodeModule.enableCompileCache(makePrivateDir(join(cacheDir(env), 'compiled')));
  } catch {
    return;
  }
}

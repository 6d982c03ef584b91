/** Whether only this user can change a cached program: whoever can replace it gets every credential that it is started with. */
import { existsSync, lstatSync, realpathSync, type Stats } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fail } from '../../support/errors/errors.js';

/**
 * Throws E3020 when others can write to `cached` or to a folder from `cache` down to it, or can replace a folder above `cache`. Parts
 * that do not exist are fine.
 */
export function assertPrivate(cache: string, cached: string): void {
  // The cache as a whole may be a link to another disk.
  const root = existsSync(cache) ? realpathSync(cache) : cache;
  const file = join(root, relative(cache, cached));
  const below = relative(root, file).split(sep);
  const ours = below.map((_, index) => [root, ...below.slice(0, index)].join(sep));
  for (const path of [...ours, file]) {
    const problem = problemOf(path);
    if (problem) throw refusal(path, problem, root);
  }
  for (let path = dirname(root); ; path = dirname(path)) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    const isOpen = found?.isDirectory() && (found.mode & 0o002) !== 0 && (found.mode & 0o1000) === 0;
    if (isOpen) throw refusal(path, 'every user can replace what is in it', root);
    if (path === dirname(path)) return;
  }
}

function problemOf(path: string): string | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (found.isSymbolicLink()) return 'it is a symbolic link';
  if (!isOwn(found)) return `it belongs to the user with id ${found.uid}`;
  if ((found.mode & 0o022) !== 0) return `its mode ${(found.mode & 0o777).toString(8)} lets other users write`;
  return undefined;
}

/** Root can change everything anyway. */
function isOwn({ uid }: Stats): boolean {
  return uid === 0 || uid === process.getuid?.();
}

function refusal(path: string, why: string, root: string) {
  return fail('E3020', `Cached helm and kubectl are not started: ${path}: ${why}.`, {
    actions: [`rm -rf ${root}/tools && chmod go-w ${path}`, 'or another cache: XDG_CACHE_HOME=DIR'],
    data: { path },
  });
}

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder of this package, whether its code runs from the sources, compiled, or bundled (docs/decisions/0006). Known by
 * bin/run.js, for the bundle has a package.json of its own.
 */
export const packageRoot = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'bin/run.js'))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error('This installation of catalyst is incomplete: its bin/run.js is missing.');
  return rootAbove(above);
}

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the lab's package, whether its code runs from the sources, compiled, or bundled. */
export const labRoot = rootAbove(import.meta.dirname);

function rootAbove(folder: string): string {
  if (isLab(folder)) return folder;
  // Compiled, the code lies in dist/lab of the checkout.
  if (isLab(join(folder, 'lab'))) return join(folder, 'lab');
  const above = dirname(folder);
  if (above === folder)
    throw new Error('This installation of catalyst is incomplete: the package.json of its lab is missing.');
  return rootAbove(above);
}

function isLab(folder: string): boolean {
  const file = join(folder, 'package.json');
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === 'catalyst-lab';
}

/** The page of `catalyst --help`, written by the build: most of a start's time goes into loading what would lay it out again. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { packageRoot } from '../../support/package-root.js';

/** Columns that the page is laid out for: what oclif gives a pipe, and easy to read on a wider terminal too. */
export const pageWidth = 80;
/** Stands for what the version line says of the machine. */
export const versionMark = '{version}';
export const pageFile = join(packageRoot, 'dist/run/root-help.txt');

/** The page with `version` in it and headings as oclif draws them; nothing when a narrower terminal needs another layout. */
export function rootHelp(version: string): string | undefined {
  if (process.stdout.isTTY && process.stdout.columns < pageWidth) return undefined;
  let page: string;
  try {
    page = readFileSync(pageFile, 'utf8');
  } catch {
    return undefined;
  }
  return page
    .replace(versionMark, () => version)
    .replace(/^[A-Z]+( [A-Z]+)*$/gm, (heading) => styleText('bold', heading));
}

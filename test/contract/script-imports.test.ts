/** Scripts and benches import what the compiler wrote, by path; no compiler notices when a source moves. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const scripts = ['scripts', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => `${folder}/${file}`),
);

/** Sources, without their ending, that a script imports from dist: `dist/lab/src/x.js` → `lab/src/x`, `../lab/src/x.js` below `dist/src` too. */
function sourcesIn(text: string): string[] {
  const named = [...text.matchAll(/(?:dist|\.\.)\/((?:lab|src)\/[\w./-]+)\.js/g)];
  return named.map((match) => match[1]!);
}

describe('what scripts and benches import', () => {
  it.each(scripts)('%s names sources that exist', (script) => {
    const sources = sourcesIn(readFileSync(join(root, script), 'utf8'));
    expect(sources.filter((source) => !existsSync(join(root, `${source}.ts`)))).toEqual([]);
  });

  it('is found in an import and in a call of load', () => {
    expect(sourcesIn("from '../dist/lab/src/engines/cache.js'; load('../lab/src/engines/forwarder.js')")).toEqual([
      'lab/src/engines/cache',
      'lab/src/engines/forwarder',
    ]);
  });
});

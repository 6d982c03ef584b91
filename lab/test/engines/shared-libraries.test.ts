/** Libraries that several engines are built with: at one version they are compiled once for all of them, which half of the build rests on. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { modulesFolder } from '../../src/engines/build/catalog.js';

/** What the wrapper of an engine raises, module → version: the block below the comment that says so. */
function raised(engine: string): [string, string][] {
  const file = join(modulesFolder(), engine, 'go.mod');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [, block = ''] = /^\/\/ Newer than it asks for.*\nrequire \(\n([^)]*)\)/m.exec(text) ?? [];
  return [...block.matchAll(/^\t(\S+) (\S+)/gm)].map(([, module, version]) => [module!, version!]);
}

test('a library that is raised for several engines has one version in all of them', () => {
  const versions = new Map<string, Map<string, string[]>>();
  for (const engine of readdirSync(modulesFolder()))
    for (const [module, version] of raised(engine)) {
      const of = versions.get(module) ?? versions.set(module, new Map()).get(module)!;
      of.set(version, [...(of.get(version) ?? []), engine]);
    }
  expect(versions.size).toBeGreaterThan(50);
  const apart = [...versions].filter(([, of]) => of.size > 1).map(([module, of]) => [module, Object.fromEntries(of)]);
  expect(apart).toEqual([]);
});

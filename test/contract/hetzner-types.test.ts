/** Product and lab read Hetzner's resources by types that are generated from its description, which is no part of the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const generated = readdirSync(join(root, 'src/hetzner/api/generated'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const beside = ['..', '../..', '../../..'].map((up) => join(root, up, 'shared/reference'));
const description = [process.env['CATALYST_REFERENCE'] ?? beside]
  .flat()
  .map((folder) => join(folder, 'hcloud-openapi.json'))
  .find(existsSync);

it.skipIf(!description)(
  'src/hetzner/api/generated is what the description says now; else: tools/hetzner-types (skipped where there is no description)',
  async () => {
    const tool = await import(pathToFileURL(join(root, 'tools/hetzner-types/read-schemas.mjs')).href);
    const things: { folder: string; name: string; hash: string }[] = tool.readSchemas(description);
    const files = things.map(({ folder, name }) => `src/hetzner/api/generated/${folder}/${tool.fileOf(name)}.ts`);
    expect(generated.filter((file) => readFileSync(join(root, file), 'utf8').includes('// Schemas: '))).toEqual(
      files.sort(),
    );
    for (const { folder, name, hash } of things)
      expect(readFileSync(join(root, `src/hetzner/api/generated/${folder}/${tool.fileOf(name)}.ts`), 'utf8')).toContain(
        `// Schemas: sha256 ${hash}\n`,
      );
  },
);

it('neither product nor lab declares a resource of Hetzner by hand', () => {
  const text = generated.map((file) => readFileSync(join(root, file), 'utf8')).join('');
  const names = [...text.matchAll(/^export (?:type|interface) (\w+)\b/gm)].map(([, name]) => name!);
  expect(names).toEqual(expect.arrayContaining(['LoadBalancer', 'ServerType']));
  const declared = new RegExp(`^(?:export )?interface (?:${names.join('|')})\\b`, 'm');
  const found = ['src/hetzner', 'lab/src/hetzner'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((file) => declared.test(readFileSync(join(root, file), 'utf8'))),
  );
  expect(found).toEqual([]);
});

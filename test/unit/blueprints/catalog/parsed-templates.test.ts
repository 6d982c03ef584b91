import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseTemplates } from '../../../../src/blueprints/catalog/keep-templates.js';
import { metadataSchema } from '../../../../src/blueprints/catalog/metadata-schema.js';
import { documentsOf, metadataOf, readParsed } from '../../../../src/blueprints/catalog/parsed-templates.js';
import { chartKey, readOwnChart } from '../../../../src/blueprints/charts/own-chart.js';
import { packageRoot } from '../../../../src/support/package-root.js';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { inScratch } from '../charts-rig.js';

it('keeps what files parse to by their bytes, and parses what changed since', () =>
  inScratch(async (dir) => {
    const root = join(dir, 'templates', 'blueprints');
    await mkdir(join(root, 'bp-a', 'chart', 'templates'), { recursive: true });
    await mkdir(join(dir, 'dist', 'run'), { recursive: true });
    await writeFile(join(root, 'bp-a', 'values.yaml'), 'a: 1\n');
    await writeFile(join(root, 'bp-a', 'blueprint.yaml'), 'name: not-whole\n');
    await writeFile(join(root, 'bp-a', 'chart', 'templates', 'x.yaml'), '{{ not yaml');
    const { path, parsed } = await parseTemplates(root);
    await writeFile(path, JSON.stringify(parsed));
    const kept = readParsed(root);
    expect(Object.values(kept.documents)).toEqual([[{ name: 'not-whole' }], [{ a: 1 }]]);
    expect(documentsOf('a: 1\n', kept)).toEqual([{ a: 1 }]);
    expect(documentsOf('a: 2\n', kept)).toEqual([{ a: 2 }]);
    // what does not follow the schema is left for whoever loads it to tell
    expect(metadataOf('name: not-whole\n', kept)).toBeUndefined();
  }));

it('keeps nothing where there was no build', () =>
  inScratch(async (dir) => expect(readParsed(dir)).toEqual({ documents: {}, metadata: {}, charts: {} })));

it('what is kept of the 24 is what checking them says', async () => {
  const root = join(packageRoot, 'templates', 'blueprints');
  const { parsed } = await parseTemplates(root);
  const kept = JSON.parse(JSON.stringify(parsed)) as typeof parsed;
  expect(Object.keys(kept.metadata)).toHaveLength(24);
  for (const [hash, metadata] of Object.entries(kept.metadata))
    expect(metadata).toEqual(metadataSchema.parse(kept.documents[hash]?.[0]));
  const folder = join(root, 'bp-crossplane-claims');
  const { name } = metadataSchema.parse(
    parseYamlStream(await readFile(join(folder, 'blueprint.yaml'), 'utf8'))[0],
  ).chart;
  const [packed, asKept] = [await readOwnChart(folder, name), await readOwnChart(folder, name, kept.charts)];
  expect(Object.keys(kept.charts)).toHaveLength(2);
  expect(kept.charts[chartKey(name, packed!.files)]).toBe(packed!.tgz.toString('base64'));
  expect(asKept).toEqual(packed);
});

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { documentsOf, parseTemplates, readParsed } from '../../../src/blueprints/parsed-templates.js';
import { inScratch } from './charts-rig.js';

it('keeps what files parse to by their bytes, and parses what changed since', () =>
  inScratch(async (dir) => {
    const root = join(dir, 'templates', 'blueprints');
    await mkdir(join(root, 'bp-a', 'chart', 'templates'), { recursive: true });
    await mkdir(join(dir, 'dist'));
    await writeFile(join(root, 'bp-a', 'values.yaml'), 'a: 1\n');
    await writeFile(join(root, 'bp-a', 'chart', 'templates', 'x.yaml'), '{{ not yaml');
    const { path, parsed } = await parseTemplates(root);
    await writeFile(path, JSON.stringify(parsed));
    const kept = readParsed(root);
    expect(Object.values(kept)).toEqual([[{ a: 1 }]]);
    expect(documentsOf('a: 1\n', kept)).toEqual([{ a: 1 }]);
    expect(documentsOf('a: 2\n', kept)).toEqual([{ a: 2 }]);
  }));

it('keeps nothing where there was no build', () => inScratch(async (dir) => expect(readParsed(dir)).toEqual({})));

/** The whole tree of examples/omantel.yaml, byte for byte. A change that is meant: `npm run golden`, and look at the diff. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderTree } from '../../src/blueprints/render/render.js';
import { blueprints, example } from '../unit/blueprints/rig.js';

const teach = 'The rendered tree changed. If that is meant: npm run golden, and read the diff as a reviewer would.';

describe.each(['solo', 'ha'] as const)('tree of the profile %s', (profile) => {
  const kept = join(import.meta.dirname, 'trees', profile);

  it('has the files that are kept, and each has the same bytes', async () => {
    const files = renderTree(
      example(() => ({ profile })),
      await blueprints(),
    ).folders.flatMap((folder) => folder.files);
    const there = readdirSync(kept, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(kept, join(entry.parentPath, entry.name)));
    expect(files.map((file) => file.path).sort(), teach).toEqual(there.sort());
    for (const file of files) expect(file.text, `${file.path}: ${teach}`).toBe(readFileSync(join(kept, file.path), 'utf8'));
  });
});

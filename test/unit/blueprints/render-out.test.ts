import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderBlueprints } from '../../../src/actions/blueprint/render.js';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { parseSpec } from '../../../src/sovereign/spec/load-spec.js';
import { specText } from '../../fakes/sovereign-spec.js';

const blueprints = await loadBlueprints(join(import.meta.dirname, '../../../templates/blueprints'));
const sovereign = parseSpec(specText, 'x');
let out: string;
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'catalyst-render-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

it('replaces an earlier tree, leaves the neighbors and nothing of its own', async () => {
  const old = join(out, 'clusters', sovereign.spec.fqdn, 'bp-gone');
  mkdirSync(old, { recursive: true });
  writeFileSync(join(out, 'README'), 'mine');
  const { files } = await renderBlueprints(sovereign, blueprints, { out });
  expect(existsSync(old)).toBe(false);
  expect(files.filter((file) => !existsSync(join(out, file)))).toEqual([]);
  expect(readdirSync(out).sort()).toEqual(['README', 'clusters']);
});

it('leaves the earlier tree when the new one cannot be put there', async () => {
  // Where a folder of the tree must go, a file of somebody stands.
  writeFileSync(join(out, 'clusters'), 'a file');
  await expect(renderBlueprints(sovereign, blueprints, { out })).rejects.toMatchObject({ code: 'E1201' });
  expect(readdirSync(out)).toEqual(['clusters']);
});

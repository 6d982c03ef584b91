import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blueprint } from '../blueprints/blueprint.js';
import { requireBlueprint } from '../blueprints/catalogue.js';
import { type RenderedTree, renderTree } from '../blueprints/render.js';
import type { Sovereign } from '../sovereign/schema.js';
import { fail } from '../support/errors.js';

export interface RenderResult {
  files: string[];
  hash: string;
  /** One YAML stream; only without --out. */
  stream?: string;
}

/**
 * Renders the tree, or with `only` the folders of one Blueprint. With `out` the files are written below it and what an
 * earlier render left in clusters/<fqdn> is removed first; else they come back as one stream.
 */
export async function renderBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { out, only }: { out?: string; only?: string },
): Promise<RenderResult> {
  const tree = renderTree(sovereign, blueprints);
  const files = filesOf(tree, only && requireBlueprint(blueprints, only).name);
  const paths = files.map((file) => file.path);
  if (out === undefined) return { files: paths, hash: tree.hash, stream: files.map((f) => f.text).join('---\n') };
  try {
    if (only === undefined) await rm(join(out, 'clusters', sovereign.spec.fqdn), { recursive: true, force: true });
    for (const file of files) {
      await mkdir(dirname(join(out, file.path)), { recursive: true });
      await writeFile(join(out, file.path), file.text);
    }
  } catch (error) {
    throw fail('E1201', `The tree cannot be written below ${out}.`, { cause: error, actions: ['Name another --out'] });
  }
  return { files: paths, hash: tree.hash };
}

function filesOf(tree: RenderedTree, only: string | undefined) {
  const folders = only ? [tree.folder(only), tree.folder(`${only}-config`)] : tree.folders;
  return folders.flatMap((folder) => folder?.files ?? []);
}

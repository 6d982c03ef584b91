import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blueprint } from '../blueprints/blueprint.js';
import { requireBlueprint } from '../blueprints/catalogue.js';
import { type RenderedTree, renderTree } from '../blueprints/render.js';
import type { Sovereign } from '../sovereign/schema.js';
import { fail, messageOf } from '../support/errors.js';

export interface RenderResult {
  files: string[];
  hash: string;
  /** One YAML stream; only without --out. */
  stream?: string;
}

export interface RenderRequest {
  out?: string;
  only?: string;
  /** Gives the tree with SealedSecrets in it, instead of the one that is a pure function of the spec. */
  sealed?: () => Promise<RenderedTree>;
}

/**
 * Renders the tree, or with `only` the folders of one Blueprint. With `out` the files are written below it and what an
 * earlier render left in clusters/<fqdn> is removed first; else they come back as one stream.
 */
export async function renderBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { out, only, sealed }: RenderRequest,
): Promise<RenderResult> {
  const tree = sealed ? await sealed() : renderTree(sovereign, blueprints);
  const files = filesOf(tree, only && requireBlueprint(blueprints, only).name);
  const paths = files.map((file) => file.path);
  if (out === undefined) return { files: paths, hash: tree.hash, stream: files.map((f) => f.text).join('---\n') };
  const stale = only === undefined ? join(out, 'clusters', sovereign.spec.fqdn) : undefined;
  try {
    await replaceFiles(out, files, stale);
  } catch (error) {
    throw fail('E1201', `The tree cannot be written below ${out}: ${messageOf(error)}.`, {
      cause: error,
      actions: ['name another --out'],
    });
  }
  return { files: paths, hash: tree.hash };
}

/** All files are written aside before the first is moved into place: a full disk leaves what was there as it was. */
async function replaceFiles(out: string, files: readonly { path: string; text: string }[], stale?: string) {
  const first = await mkdir(out, { recursive: true });
  let done = false;
  const aside = await mkdtemp(join(out, '.render-'));
  try {
    for (const { path, text } of files) {
      await mkdir(dirname(join(aside, path)), { recursive: true });
      await writeFile(join(aside, path), text);
    }
    if (stale !== undefined) await rm(stale, { recursive: true, force: true });
    for (const { path } of files) {
      await mkdir(dirname(join(out, path)), { recursive: true });
      await rename(join(aside, path), join(out, path));
    }
    done = true;
  } finally {
    await rm(aside, { recursive: true, force: true });
    if (!done && first !== undefined) await rm(first, { recursive: true, force: true });
  }
}

function filesOf(tree: RenderedTree, only: string | undefined) {
  const folders = only ? [tree.folder(only), tree.folder(`${only}-config`)] : tree.folders;
  return folders.flatMap((folder) => folder?.files ?? []);
}

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { type RenderedTree, renderTree } from '../../blueprints/render/render.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail, messageOf } from '../../support/errors/errors.js';

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
  try {
    replaceFiles(out, files, only === undefined ? join('clusters', sovereign.spec.fqdn) : undefined);
  } catch (error) {
    throw fail('E1201', `The tree cannot be written below ${out}: ${messageOf(error)}.`, {
      cause: error,
      actions: ['choose another --out'],
    });
  }
  return { files: paths, hash: tree.hash };
}

/**
 * All files are written aside before the first is moved into place: a full disk leaves what was there as it was. One after the
 * other, for nothing else waits, and handing a hundred small files to other threads takes longer than writing them.
 */
function replaceFiles(out: string, files: readonly { path: string; text: string }[], whole?: string): void {
  const first = mkdirSync(out, { recursive: true });
  let done = false;
  const aside = mkdtempSync(join(out, '.render-'));
  try {
    makeFolders(aside, files);
    for (const { path, text } of files) writeFileSync(join(aside, path), text);
    if (whole !== undefined) {
      mkdirSync(dirname(join(out, whole)), { recursive: true });
      rmSync(join(out, whole), { recursive: true, force: true });
      renameSync(join(aside, whole), join(out, whole));
    } else {
      makeFolders(out, files);
      for (const { path } of files) renameSync(join(aside, path), join(out, path));
    }
    done = true;
  } finally {
    rmSync(aside, { recursive: true, force: true });
    if (!done && first !== undefined) rmSync(first, { recursive: true, force: true });
  }
}

function makeFolders(below: string, files: readonly { path: string }[]): void {
  for (const folder of new Set(files.map(({ path }) => dirname(path))))
    mkdirSync(join(below, folder), { recursive: true });
}

function filesOf(tree: RenderedTree, only: string | undefined) {
  const folders = only ? [tree.folder(only), tree.folder(`${only}-config`)] : tree.folders;
  return folders.flatMap((folder) => folder?.files ?? []);
}

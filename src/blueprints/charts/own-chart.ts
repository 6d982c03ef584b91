/** Charts of our own: they lie beside their Blueprints and travel inside the tree, so that no registry has to have them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../support/hash.js';
import type { ArchiveFile } from '../../tools/tar/pack.js';

/** `chart.source` of a chart that the tree itself has. */
export const treeSource = 'tree';

export interface OwnChart {
  files: readonly ArchiveFile[];
  tgz: Buffer;
  /** `sha256:…` of `tgz`. */
  digest: string;
}

/**
 * The chart in the folder of a Blueprint, packed; undefined when there is none.
 * @param kept archives of the build, as base64, by `chartKey`: packing takes longer than all else that is read of a Blueprint
 */
export async function readOwnChart(
  folder: string,
  name: string,
  kept: Readonly<Record<string, string>> = {},
): Promise<OwnChart | undefined> {
  const files = filesBelow(join(folder, 'chart'));
  if (files.length === 0) return undefined;
  const packed = kept[chartKey(name, files)];
  const tgz = packed === undefined ? await pack(name, files) : Buffer.from(packed, 'base64');
  return { files, tgz, digest: `sha256:${sha256(tgz)}` };
}

/** sha256 of all that decides about the bytes of the archive. */
export const chartKey = (name: string, files: OwnChart['files']): string => sha256(JSON.stringify([name, files]));

async function pack(name: string, files: OwnChart['files']): Promise<Buffer> {
  const { packStored } = await import('./archive.js');
  return packStored(name, files);
}

function filesBelow(root: string): ArchiveFile[] {
  const entries = (() => {
    try {
      return readdirSync(root, { recursive: true, withFileTypes: true });
    } catch {
      return [];
    }
  })();
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { path: path.slice(root.length + 1), text: readFileSync(path, 'utf8') };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

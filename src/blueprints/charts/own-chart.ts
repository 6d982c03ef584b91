/** Charts of our own, which lie beside their Blueprints. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blueprint } from '../catalog/blueprint.js';
import { type ArchiveFile, packChart } from './archive.js';

export interface ChartBytes {
  name: string;
  version: string;
  tgz: Buffer;
}

/** The chart that the project brings itself, packed; undefined when the Blueprint has none. */
export async function ownChart(blueprint: Blueprint): Promise<ChartBytes | undefined> {
  const files = await ownFiles(blueprint);
  const { name, version } = blueprint.chart;
  return files.length === 0 ? undefined : { name, version, tgz: await packChart(name, files) };
}

/** Files of that chart as they lie beside the Blueprint; none when it has no chart of ours. */
export async function ownFiles({ folder }: Pick<Blueprint, 'folder'>): Promise<ArchiveFile[]> {
  const root = join(folder, 'chart');
  const names = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<ArchiveFile> => {
        const path = join(entry.parentPath, entry.name);
        return { path: path.slice(root.length + 1), text: await readFile(path, 'utf8') };
      }),
  );
}

/** Chart archives as helm reads them. */
import { gzipSync } from 'node:zlib';
import { type ArchiveFile, packFiles } from '../../tools/tar/pack.js';

export type { ArchiveFile } from '../../tools/tar/pack.js';

/** `<name>-<version>.tgz`: one folder, named for the chart. The same files give the same bytes. */
export async function packChart(name: string, files: readonly ArchiveFile[]): Promise<Buffer> {
  return gzipSync(await packFiles(files.map((file) => ({ ...file, path: `${name}/${file.path}` }))), { level: 9 });
}

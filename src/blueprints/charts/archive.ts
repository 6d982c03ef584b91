/** Chart archives as helm reads them. */
import { gzipSync } from 'node:zlib';
import { type ArchiveFile, packFiles } from '../../tools/tar/pack.js';

export type { ArchiveFile } from '../../tools/tar/pack.js';

const packed = (name: string, files: readonly ArchiveFile[]) =>
  packFiles(files.map((file) => ({ ...file, path: `${name}/${file.path}` })));

/** `<name>-<version>.tgz`: one folder, named for the chart. The same files give the same bytes. */
export async function packChart(name: string, files: readonly ArchiveFile[]): Promise<Buffer> {
  return gzipSync(await packed(name, files), { level: 9 });
}

/** The same, uncompressed in its gzip frame, so that every machine and version of Node makes the same bytes. */
export async function packStored(name: string, files: readonly ArchiveFile[]): Promise<Buffer> {
  const tgz = gzipSync(await packed(name, files), { level: 0 });
  // zlib writes its operating system there; 255 is "unknown" (RFC 1952)
  tgz[9] = 255;
  return tgz;
}

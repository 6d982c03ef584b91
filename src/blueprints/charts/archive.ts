/** Chart archives as bytes: the same files give the same bytes, on any machine and at any time. */
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';

export interface ArchiveFile {
  /** Below the chart's folder: `templates/workloads.yaml`. */
  path: string;
  text: string | Buffer;
}

/** `<name>-<version>.tgz` as helm reads it: one folder, named for the chart. */
export async function packChart(name: string, files: readonly ArchiveFile[]): Promise<Buffer> {
  return gzipSync(await packFiles(files.map((file) => ({ ...file, path: `${name}/${file.path}` }))), { level: 9 });
}

/** A tar archive, not compressed. */
export async function packFiles(files: readonly ArchiveFile[]): Promise<Buffer> {
  const archive = pack();
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    archive.entry({ name: file.path, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 }, file.text);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Tar archives as bytes: the same files give the same bytes, on any machine and at any time. */
import { pack } from 'tar-stream';

export interface ArchiveFile {
  /** Below the root of the archive: `templates/workloads.yaml`. */
  path: string;
  text: string | Buffer;
}

/** Not compressed, in the order of the paths. Default: readable by all, of the year 1970. */
export async function packFiles(
  files: readonly ArchiveFile[],
  { mode = 0o644, mtime = new Date(0) }: { mode?: number; mtime?: Date } = {},
): Promise<Buffer> {
  const archive = pack();
  for (const file of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    archive.entry({ name: file.path, mode, mtime, uid: 0, gid: 0 }, file.text);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Reads archives that somebody else made. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** A gzipped tar into a folder. Plain files only: a link in an archive could lead out of its folder. */
export async function unpackGzipped(bytes: Buffer, into: string): Promise<void> {
  const entries = extract();
  const done = pipeline(Readable.from([bytes]), createGunzip(), entries);
  done.catch(() => undefined);
  for await (const entry of entries) {
    const path = join(into, entry.header.name);
    if (entry.header.type !== 'file' || !path.startsWith(`${into}/`)) {
      entry.resume();
      continue;
    }
    await mkdir(join(path, '..'), { recursive: true });
    await pipeline(entry, createWriteStream(path));
  }
  await done;
}

/** Reads a file that somebody names: a FIFO would wait for a writer forever, a device never ends, and a huge file fills the memory. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

export interface ReadLimit {
  maxBytes: number;
}

/** Throws an Error that says why: "it is not a regular file". Links are followed. */
export function readRegularFile(path: string, { maxBytes }: ReadLimit): Buffer {
  // Without it, opening a FIFO that nobody writes to blocks the whole process, signals included.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw new Error('it is not a regular file');
    if (found.size > maxBytes) throw new Error(`it has ${found.size} bytes, more than ${maxBytes}`);
    const bytes = Buffer.alloc(found.size);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(fd, bytes, read, bytes.length - read, read);
      if (count === 0) throw new Error('it became shorter while it was read');
      read += count;
    }
    return bytes;
  } finally {
    closeSync(fd);
  }
}

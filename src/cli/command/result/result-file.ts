/** The file of --output: the result goes there in place of stdout. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { fail, messageOf } from '../../../support/errors/errors.js';

export interface ResultFile {
  write(text: string): void;
  close(): void;
}

/** Readable by its owner alone, as some results hold secrets. Throws E1201 when it cannot be written. */
export function openResultFile(path: string): ResultFile {
  let fd: number;
  try {
    fd = openSync(path, 'w', 0o600);
  } catch (error) {
    throw fail('E1201', `${path} cannot be written: ${messageOf(error)}.`, {
      actions: ['name another file with --output FILE', 'or leave it out'],
      cause: error,
    });
  }
  return { write: (text) => void writeSync(fd, text), close: () => closeSync(fd) };
}

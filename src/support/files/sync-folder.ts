import { closeSync, fsyncSync, openSync } from 'node:fs';

/** The name of a new or renamed file survives a power failure only once its folder is synced. */
export function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } catch {
    // Some file systems cannot sync a folder.
  } finally {
    closeSync(fd);
  }
}

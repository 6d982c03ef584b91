/**
 * A file that this process alone may append to. The lock belongs to the open file in the kernel, so process ids, PID namespaces, host
 * names and file names do not matter, and it ends with the process however that ends (docs/decisions/0014).
 */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

export interface ExclusiveFile {
  readonly fd: number;
  readonly path: string;
  /** Device and inode. */
  readonly identity: string;
  /** False where the platform or the file system has no such locks; then only a lease excludes others. */
  readonly locked: boolean;
  /** False once the path names another file, or none: what is appended would be lost. */
  inPlace(): boolean;
  close(): void;
}

interface Locks {
  tryLock(fd: number): boolean;
}

const attempts = 5;

/** Opens for reading and appending (0600, made when missing); undefined while another open file has the lock. */
export function openExclusively(path: string): ExclusiveFile | undefined {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const fd = openSync(path, constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    const identity = identityOf(fstatSync(fd));
    const inPlace = () => identityAt(path) === identity;
    const outcome = lock(fd);
    // Replaced between opening and locking: the lock is on a file that nobody will find.
    if (outcome !== 'busy' && inPlace())
      return { fd, path, identity, locked: outcome === 'locked', inPlace, close: () => closeSync(fd) };
    closeSync(fd);
    if (outcome === 'busy') return undefined;
  }
  return undefined;
}

function lock(fd: number): 'locked' | 'busy' | 'unsupported' {
  const locks = loadLocks();
  if (!locks) return 'unsupported';
  try {
    return locks.tryLock(fd) ? 'locked' : 'busy';
  } catch {
    // ENOLCK, ENOTSUP: a file system without locks.
    return 'unsupported';
  }
}

let loaded: { locks?: Locks } | undefined;

/** The library ships built binaries; a platform that it has none for does without. */
function loadLocks(): Locks | undefined {
  if (loaded) return loaded.locks;
  try {
    loaded = { locks: createRequire(import.meta.url)('fs-native-extensions') as Locks };
  } catch {
    loaded = {};
  }
  return loaded.locks;
}

function identityAt(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat && identityOf(stat);
}

const identityOf = ({ dev, ino }: { dev: number; ino: number }) => `${dev}:${ino}`;

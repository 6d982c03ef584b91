/** Files on the emulated PersistentVolumeClaims: folders on this machine, so that a Job's rules can read and delete them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

export interface Claims {
  /** Paths of all files on a claim, in order; empty when nothing was ever written. */
  list(namespace: string, claim: string): string[];
  read(namespace: string, claim: string, path: string): Buffer | undefined;
  write(namespace: string, claim: string, path: string, content: string | Buffer): void;
  /** Removes a file, or a folder with all in it; true when something was there. */
  remove(namespace: string, claim: string, path: string): boolean;
  /** The folder on this machine that is the claim's root. */
  folder(namespace: string, claim: string): string;
  /** Calls the listeners for what something else removed from that folder. */
  noteRemoved(namespace: string, claim: string, paths: readonly string[]): void;
  /** Told after every removal. */
  onRemoved(listener: (namespace: string, claim: string, path: string) => void): void;
}

export function createClaims(directory: string): Claims {
  const listeners: ((namespace: string, claim: string, path: string) => void)[] = [];
  const rootOf = (namespace: string, claim: string) => join(directory, namespace, claim);
  // normalized from "/" so that ".." cannot leave the claim
  const fileOf = (namespace: string, claim: string, path: string) =>
    join(rootOf(namespace, claim), normalize(`/${path}`));
  return {
    list(namespace, claim) {
      const root = rootOf(namespace, claim);
      const entries = stat(root) ? readdirSync(root, { recursive: true, withFileTypes: true }) : [];
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .sort();
    },
    read(namespace, claim, path) {
      const file = fileOf(namespace, claim, path);
      return stat(file)?.isFile() ? readFileSync(file) : undefined;
    },
    write(namespace, claim, path, content) {
      const file = fileOf(namespace, claim, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: 0o600 });
    },
    remove(namespace, claim, path) {
      const file = fileOf(namespace, claim, path);
      if (!stat(file)) return false;
      rmSync(file, { recursive: true, force: true });
      for (const listener of listeners) listener(namespace, claim, path);
      return true;
    },
    folder: rootOf,
    noteRemoved(namespace, claim, paths) {
      for (const path of paths) for (const listener of listeners) listener(namespace, claim, path);
    },
    onRemoved: (listener) => void listeners.push(listener),
  };
}

const stat = (path: string) => statSync(path, { throwIfNoEntry: false });

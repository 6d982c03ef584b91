/** Where state lives on this machine: directories 0700, files 0600 (product.md §6). */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail, messageOf } from '../../support/errors/errors.js';
import { syncFolder } from '../../support/files/sync-folder.js';

type Env = Readonly<Record<string, string | undefined>>;

const home = (env: Env) => env.HOME || homedir();

/** `<XDG state>/catalyst`: state of all Sovereigns, and `labs/`. */
export function stateRoot(env: Env): string {
  return join(env.XDG_STATE_HOME || join(home(env), '.local', 'state'), 'catalyst');
}

/** `<XDG config>/catalyst`: the identity that opens secrets.age. */
export function configDir(env: Env): string {
  return join(env.XDG_CONFIG_HOME || join(home(env), '.config'), 'catalyst');
}

/** `<XDG cache>/catalyst`: unpacked helm and kubectl, compiled code. */
export function cacheDir(env: Env): string {
  return join(env.XDG_CACHE_HOME || join(home(env), '.cache'), 'catalyst');
}

/** `<XDG state>/catalyst/labs/<name>`: lab.json, requests.jsonl, sovereign.yaml, state/. */
export function labDir(env: Env, name: string): string {
  return join(stateRoot(env), 'labs', name);
}

/** Makes a directory with mode 0700. Throws E1201. */
export function makePrivateDir(path: string): string {
  try {
    makeFolders(path);
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
    return path;
  } catch (error) {
    throw fail('E1201', `The directory ${path} cannot be used: ${messageOf(error)}.`, {
      actions: ['choose another with --state-dir DIR (CATALYST_STATE_DIR)', `check who owns ${path}`],
      cause: error,
    });
  }
}

/** One level after the other: Node's recursive mkdir never ends where the system answers ENOENT for a child of a folder that is there (/proc). */
function makeFolders(path: string): void {
  if (existsSync(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it in between.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Writes a file with mode 0600, also when it was there with another. Throws E1201. */
export function writePrivateFile(path: string, data: string | Uint8Array): void {
  try {
    writeFileSync(path, data, { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (error) {
    throw fail('E1201', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  }
}

/** Writes a file with mode 0600 that a crash leaves whole: the old content or the new. Throws E1201. */
export function replacePrivateFile(path: string, data: string | Uint8Array): void {
  durably(path, data, (draft) => renameSync(draft, path));
}

/** The same for a file that must never be replaced: one that is there, by whoever made it first, stays. Throws E1201. */
export function createPrivateFile(path: string, data: string | Uint8Array): void {
  makePrivateDir(dirname(path));
  durably(path, data, (draft) => {
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  });
}

/** Content first, then its name, then the folder: what a power failure leaves is never half of it. */
function durably(path: string, data: string | Uint8Array, name: (draft: string) => void): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    const fd = openSync(draft, 'w', 0o600);
    try {
      writeFileSync(fd, data);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    name(draft);
    syncFolder(dirname(path));
  } catch (error) {
    throw fail('E1201', `${path} cannot be written: ${messageOf(error)}.`, {
      actions: ['free space on the disk that holds it, or correct who owns it', 'run the command again'],
      cause: error,
    });
  } finally {
    rmSync(draft, { force: true, recursive: true });
  }
}

/** The Sovereigns with state below `root`: FQDN and directory. */
export function listStates(root: string): { fqdn: string; dir: string }[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes('.'))
    .map((entry) => ({ fqdn: entry.name, dir: join(root, entry.name) }));
}

/** Finds state by FQDN or by its first label. Throws E1102 naming what there is. */
export function findState(root: string, name: string): { fqdn: string; dir: string } {
  const all = listStates(root);
  const hits = all.filter(({ fqdn }) => fqdn === name || fqdn.split('.')[0] === name);
  if (hits.length === 1) return hits[0]!;
  const known = all.map(({ fqdn }) => fqdn).join(', ') || 'none';
  const what = hits.length > 1 ? `${name} matches several Sovereigns` : `No Sovereign called ${name} has state here`;
  throw fail('E1102', `${what}; known in ${root}: ${known}.`, {
    actions: [...(hits.length > 1 ? hits : all).slice(0, 3).map((one) => `--sovereign ${one.fqdn}`), 'or --spec FILE'],
  });
}

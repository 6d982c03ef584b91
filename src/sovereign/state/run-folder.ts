/**
 * What a run writes only for itself and for the programs that it starts (kubeconfigs, clones): a folder of this process in the
 * state directory, 0700. It goes when the process ends; what a killed run left goes at the next start.
 */
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makePrivateDir } from './state-dir.js';

export interface RunFolder {
  /** Made at the first call. */
  path(): string;
  close(): void;
}

export interface Process {
  pid: number;
  /** Start in clock ticks since boot, so that a reused pid is not taken for the same process; empty where nobody knows. */
  startOf: (pid: number) => string;
  isAlive: (pid: number) => boolean;
  /** In which a pid means this process: the machine and its PID namespace. */
  scope: string;
}

/** A run in another container or on another machine cannot be looked up; none writes for so long without an end. */
const foreignMs = 24 * 3_600_000;

export function createRunFolder(stateDir: string, now: Date, self: Process = thisProcess): RunFolder {
  const root = join(stateDir, 'run');
  removeLeft(root, now, self);
  let folder: string | undefined;
  return {
    path() {
      folder ??= mkdtempSync(join(makePrivateDir(root), `${self.pid}.${self.startOf(self.pid)}.${self.scope}.`));
      return folder;
    },
    close() {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      folder = undefined;
    },
  };
}

function removeLeft(root: string, now: Date, self: Process): void {
  let names: string[] = [];
  try {
    names = readdirSync(root);
  } catch {
    // there was no run yet
  }
  for (const name of names) {
    const path = join(root, name);
    const [pid = '', started = '', scope = ''] = name.split('.');
    const isOwn = scope === self.scope;
    const runs = isOwn && self.isAlive(Number(pid)) && self.startOf(Number(pid)) === started;
    if (runs || (!isOwn && ageOf(path, now) < foreignMs)) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

function ageOf(path: string, now: Date): number {
  try {
    return now.getTime() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

const thisProcess: Process = {
  pid: process.pid,
  startOf(pid) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // the name of the program, in parentheses, may hold blanks
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    } catch {
      return '';
    }
  },
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
  },
  get scope() {
    let namespace = '';
    try {
      namespace = readlinkSync('/proc/self/ns/pid');
    } catch {
      // a system without PID namespaces
    }
    return `${hostname()}-${namespace}`.replace(/[^A-Za-z0-9-]/g, '');
  },
};

/** One run at a time per Sovereign: a file with pid and start time of its process. A lock whose process is gone is taken over. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CatalystError, fail, messageOf } from '../support/errors.js';

export interface Lock {
  release(): void;
}

interface Holder {
  pid: number;
  /** Start time of the process in clock ticks since boot, so that a reused pid is seen. */
  started: string;
  host: string;
  command: string;
  at: string;
}

/** Throws E1202 naming the holder, E1201 when the file cannot be written. */
export function takeLock(
  dir: string,
  options: { command: string; now: Date; startOf?: (pid: number) => string | undefined },
): Lock {
  const path = join(dir, 'lock');
  const startOf = options.startOf ?? processStart;
  const mine: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? '',
    host: hostname(),
    command: options.command,
    at: options.now.toISOString(),
  };
  const draft = `${path}.${process.pid}`;
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
      // link() makes the file with all its content at once, and fails when it is there.
      if (attemptLink(draft, path)) return { release: () => releaseLock(path, mine) };
      const holder = readHolder(path);
      if (holder && isAlive(holder, startOf)) throw held(holder, path);
      removeStale(path, `${draft}.stale`, startOf);
    }
  } catch (error) {
    if (error instanceof CatalystError) throw error;
    throw fail('E1201', `The lock ${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
  throw fail('E1202', `The lock ${path} is being fought over; try again.`);
}

function attemptLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the stale lock away first: if another run was quicker and this is its new lock, it is put back. */
function removeStale(path: string, aside: string, startOf: (pid: number) => string | undefined): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(aside);
  if (holder && isAlive(holder, startOf)) attemptLink(aside, path);
  rmSync(aside, { force: true });
}

function held(holder: Holder, path: string) {
  return fail(
    'E1202',
    `"${holder.command}" holds the lock since ${holder.at} (process ${holder.pid} on ${holder.host}).`,
    {
      actions: ['wait for it to end', `or stop it: kill ${holder.pid}`, 'catalyst status'],
      data: { pid: holder.pid, since: holder.at, path },
    },
  );
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return typeof holder.pid === 'number' ? holder : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder, startOf: (pid: number) => string | undefined): boolean {
  if (holder.host !== hostname()) return true;
  const started = startOf(holder.pid);
  return started !== undefined && (holder.started === '' || started === holder.started);
}

/** Field 22 of /proc/<pid>/stat; where there is no /proc, '' for a process that lives. Undefined when it is gone. */
function processStart(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function releaseLock(path: string, mine: Holder): void {
  const holder = readHolder(path);
  if (holder && holder.pid === mine.pid && holder.started === mine.started) rmSync(path, { force: true });
}

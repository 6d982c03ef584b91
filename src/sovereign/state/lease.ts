/**
 * The file `lock`: who works on this Sovereign, renewed while it lives. It tells people who that is, and excludes runs that the
 * lock on the journal does not reach: other machines on one shared folder, file systems without locks.
 */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from '../../support/commands/command.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import type { ExclusiveFile } from '../../support/files/exclusive-file.js';
import { lifeOf, type ProcessIdentity, type StartOf } from './process-identity.js';

export interface Holder extends ProcessIdentity {
  run: string;
  /** user@host, for people. */
  by: string;
  command: string;
  /** RFC 3339. */
  since: string;
  /** RFC 3339; older than `staleMs` means that the holder has stopped, sleeps or is cut off. */
  renewed: string;
  /** Device and inode of the journal that it locked; empty without such a lock. */
  journal: string;
}

/** How often a holder renews its lease. */
export const renewMs = 10_000;
export const staleMs = 60_000;

/** `alive`: a process here. `dead`: proven. `renewing`: not visible from here, but recent. `silent`: neither. */
export type HolderState = 'alive' | 'dead' | 'renewing' | 'silent';

export interface Observer {
  here: ProcessIdentity;
  /** The journal, when this process has it. */
  journal?: Pick<ExclusiveFile, 'identity' | 'locked'>;
  now: Date;
  startOf?: StartOf;
  /** Id of a run that a person has declared ended; one that lives here is not. */
  takeOver?: string;
}

export function stateOfHolder(holder: Holder, { here, journal, now, startOf, takeOver }: Observer): HolderState {
  const life = lifeOf(holder, here, startOf);
  if (life !== 'unknown') return life;
  if (takeOver !== undefined && holder.run === takeOver) return 'dead';
  // One kernel decides: who has the lock on that very file has outlived its former holder.
  const sameKernel = holder.boot === here.boot;
  if (sameKernel && journal?.locked && holder.journal === journal.identity) return 'dead';
  const silent =
    Math.abs(now.getTime() - Date.parse(holder.renewed)) > staleMs || Number.isNaN(Date.parse(holder.renewed));
  const restarted = holder.machine !== '' && holder.machine === here.machine && holder.boot !== here.boot;
  if (silent && restarted && journal?.locked) return 'dead';
  return silent ? 'silent' : 'renewing';
}

export const leasePath = (dir: string) => join(dir, 'lock');

/** The holder that the lease names; undefined without a lease or for one that is no lease (cut by a crash). */
export function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    if (typeof holder?.pid !== 'number' || typeof holder.command !== 'string') return undefined;
    const blank = {
      started: '',
      pids: '',
      boot: '',
      machine: '',
      run: '',
      by: '',
      since: '',
      renewed: '',
      journal: '',
    };
    return { ...blank, ...(holder as Holder) };
  } catch {
    return undefined;
  }
}

/** Writes the lease of `mine`. Throws E1202 or E1203 naming a holder that is not proven dead, E1201 on disk faults. */
export function writeLease(dir: string, mine: Holder, observer: Observer): void {
  const path = leasePath(dir);
  const draft = `${path}.${mine.run}`;
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
      // link() makes the file with all its content at once, and fails when it is there.
      if (attemptLink(draft, path)) return;
      const holder = readHolder(path);
      const state = holder && stateOfHolder(holder, observer);
      if (holder && state && state !== 'dead') throw heldBy(holder, path, state);
      removeDead(path, `${draft}.dead`, observer);
    }
  } catch (error) {
    if (error instanceof CatalystError) throw error;
    throw fail('E1201', `The lock ${path} cannot be written: ${messageOf(error)}.`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
  throw fail('E1202', `Could not acquire the lock ${path}: another process is taking it.`, {
    actions: ['run the command again'],
  });
}

/** Puts the lease back when it was removed; leaves one that another run wrote. */
export function renewLease(dir: string, mine: Holder, now: Date): void {
  const path = leasePath(dir);
  const holder = readHolder(path);
  if (holder && holder.run !== mine.run) return;
  const draft = `${path}.${mine.run}`;
  writeFileSync(draft, JSON.stringify({ ...mine, renewed: now.toISOString() }), { mode: 0o600 });
  renameSync(draft, path);
}

export function removeLease(dir: string, run: string): void {
  const path = leasePath(dir);
  if (readHolder(path)?.run === run) rmSync(path, { force: true });
}

/** The error that names who holds the lock, with what can be done about it from here. */
export function heldBy(holder: Holder, path: string, state: HolderState): CatalystError {
  const who = `"${holder.command}" holds the lock ${path} since ${holder.since} (process ${holder.pid}, ${holder.by})`;
  const data = { pid: holder.pid, since: holder.since, renewed: holder.renewed, by: holder.by, path, state };
  if (state !== 'silent') {
    const kill = state === 'alive' ? [`or stop it: kill ${holder.pid}`] : [];
    const more = state === 'renewing' ? `; renewed at ${holder.renewed}` : '';
    return fail('E1202', `${who}${more}.`, { actions: ['wait for it to end', ...kill, command('status')], data });
  }
  return fail(
    'E1203',
    `${who}, but has not renewed it since ${holder.renewed}. Whether it has ended cannot be checked from this machine.`,
    { actions: ['make sure that it has ended', command('unlock')], data },
  );
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

/** Moves the dead lease away first: if another run was quicker and this is its new lease, it is put back. */
function removeDead(path: string, aside: string, observer: Observer): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const holder = readHolder(aside);
  if (holder && stateOfHolder(holder, observer) !== 'dead') attemptLink(aside, path);
  rmSync(aside, { force: true });
}

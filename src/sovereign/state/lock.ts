/**
 * One run at a time per Sovereign: it has the journal open exclusively for as long as it lives, and beside it a lease
 * (docs/decisions/0014).
 */
import { join } from 'node:path';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type ExclusiveFile, openExclusively } from '../../support/files/exclusive-file.js';
import {
  type Holder,
  heldBy,
  leasePath,
  type Observer,
  readHolder,
  removeLease,
  renewLease,
  stateOfHolder,
  writeLease,
} from './lease.js';
import { type StartOf, thisProcess } from './process-identity.js';

export interface Lock {
  /** The journal, open and locked. */
  readonly journal: ExclusiveFile;
  /** To be called every `renewMs`. */
  renew(now: Date): void;
  release(): void;
}

export interface LockRequest {
  command: string;
  run: string;
  by: string;
  now: Date;
  startOf?: StartOf;
  /** Id of the run whose lease gives way, whatever is known of it; never one that lives here. */
  takeOver?: string;
  /** What it opens exclusively; the journal when left out. */
  file?: string;
}

const journalName = 'journal.jsonl';
export const journalPath = (dir: string) => join(dir, journalName);
/** The signed head, beside it. */
export const journalHeadPath = (dir: string) => join(dir, 'journal.head.json');

/** Throws E1202 while another run has it, E1203 when nobody here can tell whether its holder lives, E1201 on disk faults. */
export function takeLock(dir: string, request: LockRequest): Lock {
  const { command, run, by, now, startOf } = request;
  const here = thisProcess(startOf);
  const journal = openExclusive(dir, request.file ?? journalName, { here, now, startOf });
  const stamp = now.toISOString();
  const mine: Holder = {
    ...here,
    ...{ run, by, command, since: stamp, renewed: stamp, journal: journal.locked ? journal.identity : '' },
  };
  try {
    writeLease(dir, mine, { here, journal, now, startOf, takeOver: request.takeOver });
  } catch (error) {
    journal.close();
    throw error;
  }
  return {
    journal,
    renew: (at) => renewLease(dir, mine, at),
    release() {
      removeLease(dir, run);
      journal.close();
    },
  };
}

function openExclusive(dir: string, name: string, observer: Observer): ExclusiveFile {
  const path = join(dir, name);
  let journal: ExclusiveFile | undefined;
  try {
    journal = openExclusively(path);
  } catch (error) {
    throw fail('E1201', `${path} cannot be opened: ${messageOf(error)}.`, { cause: error });
  }
  if (journal) return journal;
  const holder = readHolder(leasePath(dir));
  const state = holder && stateOfHolder(holder, observer);
  // Silent or not: the kernel knows that it lives.
  if (holder && state !== 'dead') throw heldBy(holder, leasePath(dir), state === 'alive' ? state : 'renewing');
  throw fail('E1202', `Another process has ${path} open for writing, and no lease at ${leasePath(dir)} names it.`, {
    actions: ['wait for it to end', `fuser -v ${path}`],
    data: { path },
  });
}

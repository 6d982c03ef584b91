/** Takes a Sovereign's lock for one command, keeps its lease renewed and opens its journal. */
import { type Journal, openJournal } from '../phases/journal.js';
import { type Binding, bind } from '../phases/journal-binding.js';
import { renewMs } from '../sovereign/lease.js';
import { takeLock } from '../sovereign/lock.js';
import type { Clock } from '../support/clock.js';
import type { Redactor } from '../support/redact.js';

export interface LockedJournal {
  journal: Journal;
  /** Throws E4030 when the journal belongs to something else. */
  bind(expected: Binding): void;
  release(): void;
}

export interface LockJournalRequest {
  command: string;
  runId: string;
  by: string;
  clock: Clock;
  redactor: Redactor;
}

/** Throws E1202 or E1203 while another run may have it, E4008 for a damaged journal. */
export function lockJournal(dir: string, { command, runId, by, clock, redactor }: LockJournalRequest): LockedJournal {
  const lock = takeLock(dir, { command, run: runId, by, now: clock.now() });
  try {
    const journal = openJournal({ path: lock.journal.path, runId, by, clock, redactor, file: lock.journal });
    const beat = setInterval(() => lock.renew(clock.now()), renewMs);
    beat.unref();
    return {
      journal,
      bind: (expected) => bind(journal, expected),
      release() {
        clearInterval(beat);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

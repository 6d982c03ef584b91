/** Takes a Sovereign's lock for one command, keeps its lease renewed, and opens its journal, whose head is signed at the end. */
import { type Journal, openJournal } from '../../engine/journal.js';
import { removedJournalOf } from '../../evidence/removed-journal.js';
import { type KeyKeeper, openSigner } from '../../evidence/signing.js';
import { renewMs } from '../../sovereign/state/lease.js';
import { takeLock } from '../../sovereign/state/lock.js';
import { replacePrivateFile } from '../../sovereign/state/state-dir.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';
import { type Binding, bind } from '../../world/journal/journal-binding.js';
import { checkHead, headPath, signHead } from '../../world/journal/journal-head.js';

export interface LockedJournal {
  journal: Journal;
  /** Throws E4030 when the journal belongs to something else. The first time, signs what a run that was killed left unsigned. */
  bind(expected: Binding): Promise<void>;
  /** Signs the head when the journal has grown, and gives the lock back. */
  release(): Promise<void>;
}

export interface LockJournalRequest {
  command: string;
  fqdn: string;
  runId: string;
  by: string;
  clock: Clock;
  redactor: Redactor;
  /** Keeps the evidence key. */
  keys: () => Promise<KeyKeeper>;
  warn: (text: string) => void;
  /** Id of the run whose lease is taken over, whatever is known of it (`catalyst unlock`). */
  takeOver?: string;
  /** Accepts the journal as it is: what is damaged is cut off, and an old head is not compared (`catalyst journal repair`). */
  accept?: boolean;
}

/** Throws E1202 or E1203 while another run may have it, E4008, E4031 or E4032 for a journal that is not what it was. */
export async function lockJournal(dir: string, request: LockJournalRequest): Promise<LockedJournal> {
  const { command, fqdn, runId, by, clock, redactor, keys, warn, takeOver, accept } = request;
  const removed = accept || takeOver !== undefined ? undefined : await removedJournalOf(dir, keys);
  if (removed) throw removed;
  const lock = takeLock(dir, { command, run: runId, by, now: clock.now(), takeOver });
  const { path } = lock.journal;
  let signing: Promise<Awaited<ReturnType<typeof openSigner>>> | undefined;
  const signer = () => {
    signing ??= keys().then(openSigner);
    return signing;
  };
  try {
    const journal = openJournal({
      ...{ path, runId, by, clock, redactor, file: lock.journal, accept },
      sign: async (head) => {
        replacePrivateFile(headPath(path), signHead(await signer(), { ...head, fqdn, run: runId }));
        return (await signer()).keyId;
      },
    });
    if (!accept && checkHead(path, journal.chain())) checkHead(path, journal.chain(), (await signer()).publicKey);
    const beat = setInterval(() => lock.renew(clock.now()), renewMs);
    beat.unref();
    const before = journal.entries.length;
    let unsigned = before > 0 && journal.entries.at(-1)?.kind !== 'sealed';
    return {
      journal,
      async bind(expected) {
        bind(journal, expected);
        if (!unsigned || accept) return;
        unsigned = false;
        await journal.sealHead(`the start of ${command}`);
      },
      async release() {
        clearInterval(beat);
        try {
          const last = journal.entries.at(-1);
          if (journal.entries.length > before && last?.kind !== 'sealed')
            await journal.sealHead(`the end of ${command}`);
        } catch (error) {
          warn(`The head of the journal was not signed: ${messageOf(error)}`);
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * A journal that was removed together with its signed head looks like one that was never begun. What only runs with a journal write
 * shows the difference.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repairActions } from '../engine/journal-entry.js';
import { leasePath, readHolder } from '../sovereign/state/lease.js';
import { journalHeadPath, journalPath } from '../sovereign/state/lock.js';
import { type CatalystError, fail } from '../support/errors/errors.js';
import { findPublicKey, type KeyKeeper } from './signing.js';

/**
 * As `removedJournal`, by the evidence key too, with which the first head is signed. The store is opened only where there is no journal.
 */
export async function removedJournalOf(
  dir: string,
  keys: () => Promise<Pick<KeyKeeper, 'find'>>,
): Promise<CatalystError | undefined> {
  if (existsSync(journalPath(dir))) return undefined;
  return removedJournal(dir, (await findPublicKey(await keys())) !== undefined);
}

/**
 * E4031 when the state folder `dir` had a journal and has neither that nor its head now.
 * @param hasKey whether its credential store holds the evidence key
 */
export function removedJournal(dir: string, hasKey = false): CatalystError | undefined {
  const path = journalPath(dir);
  // Looked for first: a run that begins now makes its journal before these.
  const trace = traceIn(dir) ?? (hasKey ? 'the evidence key in secrets.age' : undefined);
  if (trace === undefined || existsSync(path) || existsSync(journalHeadPath(dir))) return undefined;
  return fail('E4031', `${path} and its signed head are missing, but ${trace} exists, which only a run creates.`, {
    actions: ['restore the journal and its head from a backup', ...repairActions(path)],
    data: { path, trace },
  });
}

function traceIn(dir: string): string | undefined {
  // A run that had it locked and was killed.
  if (readHolder(leasePath(dir))?.journal) return leasePath(dir);
  const first = (folder: string, isTrace: (name: string) => boolean) => {
    const path = join(dir, folder);
    const name = existsSync(path) ? readdirSync(path).find(isTrace) : undefined;
    return name && join(path, name);
  };
  return (
    first('purges', () => true) ??
    first('kept-commits', () => true) ??
    first('evidence', (name) => name.endsWith('.tar') || name === 'evidence.pub')
  );
}

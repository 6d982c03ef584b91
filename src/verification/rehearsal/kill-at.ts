/** At which entries of its journal a rehearsal is killed (`rehearse --kill-at`, in a lab), so that each kill comes further than the last. */

import type { Journal } from '../../engine/journal.js';
import type { EntryKind, JournalEntry } from '../../engine/journal-entry.js';
import { fail } from '../../support/errors/errors.js';
import { newestCycle } from './cycle.js';

/** At every entry, at one of ten, or at every N-th. */
export type KillAt = 'every' | 'random' | number;

/** @throws E1001 */
export function parseKillAt(text: string): KillAt {
  if (text === 'every' || text === 'random') return text;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw fail('E1001', `"${text}" names no entries: write every, random, or a number such as 50 for every 50th.`);
}

const share = 0.1;
/** Of the others, each run writes one of its own whether it comes further or not. */
const counted: readonly EntryKind[] = ['begin', 'ok', 'fail', 'indoubt', 'step-started', 'proof'];
/** Ids, hashes and ports differ from run to run. */
const withoutIds = (text: string) => text.replace(/\b[0-9a-f]{8,}(-[0-9a-f]{4,})*\b|\d{3,}/g, '…');

function keyOf({ kind, step, inputs }: Pick<JournalEntry, 'kind' | 'step' | 'inputs'>): string | undefined {
  return counted.includes(kind) ? `${kind} ${step} ${withoutIds(String(inputs?.sentence ?? ''))}` : undefined;
}

/** A journal after whose chosen entries, once they are on the disk, `die` is called. An entry that the newest cycle has had before is never one. */
export function mortalJournal(journal: Journal, killAt: KillAt, die: () => void, chance = Math.random): Journal {
  const had = new Set(newestCycle(journal.entries).map(keyOf));
  had.delete(undefined);
  return {
    ...journal,
    append(entry) {
      const written = journal.append(entry);
      const key = keyOf(written);
      if (key === undefined || had.has(key)) return written;
      had.add(key);
      if (killAt === 'every' || (killAt === 'random' ? chance() < share : had.size % killAt === 0)) die();
      return written;
    },
  };
}

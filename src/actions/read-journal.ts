/** Reads the journal without opening it for writing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalEntry, parseJournal } from '../phases/journal-entry.js';
import { fail, messageOf } from '../support/errors.js';

/** All whole lines; none when there is no journal yet. Throws E4008 on a damaged line, E1201 when unreadable. */
export function readJournal(stateDir: string): JournalEntry[] {
  const path = join(stateDir, 'journal.jsonl');
  if (!existsSync(path)) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fail('E1201', `The journal ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  return parseJournal(text, path).entries;
}

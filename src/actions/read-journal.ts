/** Reads the journal without opening it for writing. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { requireBinding } from '../phases/journal-binding.js';
import { type JournalEntry, parseJournal } from '../phases/journal-entry.js';
import type { World } from '../phases/world.js';
import { fail, messageOf } from '../support/errors.js';
import type { WorldIdentity } from '../verify/world-identity.js';

/**
 * All whole lines; none when there is no journal yet. Throws E4030 for the journal of another Sovereign (the folder is named by
 * the FQDN) or world, E4008 on a damaged line, E1201 when unreadable.
 */
export function readJournal(stateDir: string, world?: WorldIdentity): JournalEntry[] {
  const path = join(stateDir, 'journal.jsonl');
  if (!existsSync(path)) return [];
  let data: Uint8Array;
  try {
    data = readFileSync(path);
  } catch (error) {
    throw fail('E1201', `The journal ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
  const { entries } = parseJournal(data, path);
  requireBinding(entries, path, { fqdn: basename(stateDir), world });
  return entries;
}

/** The same, of the world that is reached: what a lab has proven is no proof for a real Sovereign. */
export async function readJournalOf({
  stateDir,
  identity,
}: Pick<World, 'stateDir' | 'identity'>): Promise<JournalEntry[]> {
  return readJournal(stateDir, await identity());
}

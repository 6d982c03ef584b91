/** Reads the journal without opening it for writing. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { damaged, type JournalEntry, scanJournal } from '../../engine/journal-entry.js';
import { removedJournal, removedJournalOf } from '../../evidence/removed-journal.js';
import type { KeyKeeper } from '../../evidence/signing.js';
import { journalPath } from '../../sovereign/state/lock.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import { type CatalystError, fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { requireBinding } from '../../world/journal/journal-binding.js';
import { checkHead } from '../../world/journal/journal-head.js';
import type { World } from '../../world/world.js';

export interface InspectedJournal {
  /** The whole lines up to the first that is damaged; none when there is no journal yet. */
  entries: JournalEntry[];
  /** Why it must not be relied on: E4008, E4030, E4031 or E4032. */
  problem?: CatalystError;
}

/** All whole lines of a journal that is what it was and belongs here. Throws what `inspectJournal` finds, E1201 when unreadable. */
export function readJournal(stateDir: string, world?: WorldIdentity): JournalEntry[] {
  const { entries, problem } = inspectJournal(stateDir, world);
  if (problem) throw problem;
  return entries;
}

/** The same, of the world that is reached: what a lab has proven is no proof for a real Sovereign. */
export async function readJournalOf(
  world: Pick<World, 'stateDir' | 'identity' | 'credentials'>,
): Promise<JournalEntry[]> {
  await requireNotRemoved(world.stateDir, async () => world.credentials);
  return readJournal(world.stateDir, await world.identity());
}

/** Throws E4031 when there was a journal and nothing of it is left, also when only the evidence key shows that. */
export async function requireNotRemoved(stateDir: string, keys: () => Promise<Pick<KeyKeeper, 'find'>>): Promise<void> {
  const removed = await removedJournalOf(stateDir, keys);
  if (removed) throw removed;
}

/** For showing it, damaged or not. The folder of a Sovereign is named by its FQDN. Throws E1201 when unreadable. */
export function inspectJournal(stateDir: string, world?: WorldIdentity): InspectedJournal {
  const path = journalPath(stateDir);
  const parsed = scanJournal(readIfAny(path));
  const { entries, damage } = parsed;
  if (damage) return { entries, problem: damaged(path, damage) };
  try {
    requireBinding(entries, path, { fqdn: basename(stateDir), world });
    checkHead(path, parsed);
    return { entries, problem: removedJournal(stateDir) };
  } catch (error) {
    if (isCatalystError(error)) return { entries, problem: error };
    throw error;
  }
}

function readIfAny(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array();
    throw fail('E1201', `The journal ${path} cannot be read: ${messageOf(error)}.`, { cause: error });
  }
}

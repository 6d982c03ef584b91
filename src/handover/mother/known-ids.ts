/** Ids of this Sovereign's records on the mother, from everywhere that remembers them: records may be gone, or a name walked again. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalEntry, scanJournal } from '../../engine/journal-entry.js';
import type { World } from '../../world/world.js';
import type { HandoverRecord } from '../record.js';

const isId = (value: unknown): value is string => typeof value === 'string' && /^[a-f0-9]{8,32}$/.test(value);

/** Those of the handover's record and of the proofs in this state folder's journal, sorted. What lies on the mother vouches for none. */
export function knownIds({ stateDir }: Pick<World, 'stateDir'>, record: Pick<HandoverRecord, 'ids'>): string[] {
  return [...new Set([...record.ids, ...idsInJournal(journalOf(stateDir))])].sort();
}

/** What can be read of it, up to a line that is damaged: fewer ids are better than none. */
function journalOf(stateDir: string): JournalEntry[] {
  const path = join(stateDir, 'journal.jsonl');
  return existsSync(path) ? scanJournal(readFileSync(path)).entries : [];
}

/** As the proofs of #317 and #319 keep them. Pure. */
export function idsInJournal(entries: readonly JournalEntry[]): string[] {
  return entries.flatMap(({ evidence }) => {
    const { ids, items } = (evidence?.facts ?? {}) as { ids?: unknown; items?: unknown };
    const named = (Array.isArray(items) ? items : []).map((item) => /^record (\S+)$/.exec(String(item?.id))?.[1]);
    return [...(Array.isArray(ids) ? ids : []), ...named].filter(isId);
  });
}

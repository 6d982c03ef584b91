import type { JournalEntry } from '../phases/journal-entry.js';
import { readJournal } from './read-journal.js';

/** The journal, newest last; `step` and `last` narrow it. The hash chain is checked on the way. */
export function showJournal(stateDir: string, options: { step?: string; run?: string; last?: number }): JournalEntry[] {
  const entries = readJournal(stateDir).filter(
    (entry) =>
      (options.step === undefined || entry.step === options.step) &&
      (options.run === undefined || entry.run === options.run),
  );
  return options.last === undefined ? entries : entries.slice(-options.last);
}

/** One line for a person. */
export function journalLine(entry: JournalEntry): string {
  const what =
    entry.evidence?.summary ??
    (entry.inputs?.sentence as string | undefined) ??
    (entry.inputs?.message as string | undefined) ??
    (entry.inputs?.reason as string | undefined) ??
    '';
  return [entry.at, entry.run.slice(0, 8), (entry.step ?? '-').padEnd(18), entry.kind.padEnd(12), what]
    .join('  ')
    .trimEnd();
}

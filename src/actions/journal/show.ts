import type { JournalEntry } from '../../engine/journal-entry.js';
import { fail } from '../../support/errors/errors.js';
import { inspectJournal } from '../session/read-journal.js';

/**
 * The journal, newest last; `step`, `run` and `last` narrow it. A damaged one is passed to `show` up to the damage, and then its
 * problem is thrown, with the lines as its result.
 */
export function showJournal(
  stateDir: string,
  options: { step?: string; run?: string; last?: number },
  show: (entries: JournalEntry[]) => void,
): JournalEntry[] {
  const { entries, problem } = inspectJournal(stateDir);
  const chosen = entries.filter(
    (entry) =>
      (options.step === undefined || entry.step === options.step) &&
      (options.run === undefined || entry.run === options.run),
  );
  const result = options.last === undefined ? chosen : chosen.slice(-options.last);
  show(result);
  if (!problem) return result;
  const { code, message, actions, data } = problem;
  throw fail(code, message, { actions, data: { ...data, result } });
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

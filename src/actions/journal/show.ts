import type { JournalEntry } from '../../engine/journal-entry.js';
import { formatDuration } from '../../support/durations.js';
import { fail } from '../../support/errors/errors.js';
import { inspectJournal } from '../session/read-journal.js';

const failures: readonly JournalEntry['kind'][] = ['fail', 'indoubt', 'step-failed'];

/**
 * The journal, newest last; `step`, `run`, `failed` and `last` narrow it. A damaged one is passed to `show` up to the damage, and then its
 * problem is thrown, with the lines as its result.
 */
export function showJournal(
  stateDir: string,
  options: { step?: string; run?: string; failed?: boolean; last?: number },
  show: (entries: JournalEntry[]) => void,
): JournalEntry[] {
  const { entries, problem } = inspectJournal(stateDir);
  const chosen = entries.filter(
    (entry) =>
      (options.step === undefined || entry.step === options.step) &&
      (options.run === undefined || entry.run === options.run) &&
      (!options.failed || failures.includes(entry.kind)),
  );
  const result = options.last === undefined ? chosen : chosen.slice(-options.last);
  show(result);
  if (!problem) return result;
  const { code, message, actions, data } = problem;
  throw fail(code, message, { actions, data: { ...data, result } });
}

const ends: readonly JournalEntry['kind'][] = ['ok', 'fail', 'indoubt'];

/** For a person: one line for an operation, at its end, with how long it took. */
export function journalText(entries: readonly JournalEntry[]): string {
  const began = new Map(entries.flatMap(({ kind, op, at }) => (kind === 'begin' && op ? [[op, at] as const] : [])));
  const ended = new Set(entries.flatMap(({ kind, op }) => (ends.includes(kind) && op ? [op] : [])));
  return entries
    .filter(({ kind, op }) => kind !== 'begin' || op === undefined || !ended.has(op))
    .map((entry) => journalLine(entry, ends.includes(entry.kind) ? began.get(entry.op ?? '') : undefined))
    .join('\n');
}

/** `begunAt`: of the operation that this line ends. */
export function journalLine(entry: JournalEntry, begunAt?: string): string {
  const what =
    entry.evidence?.summary ??
    (entry.inputs?.sentence as string | undefined) ??
    (entry.inputs?.message as string | undefined) ??
    (entry.inputs?.reason as string | undefined) ??
    '';
  const took = begunAt === undefined ? '' : ` (${formatDuration(Date.parse(entry.at) - Date.parse(begunAt))})`;
  return [entry.at, entry.run.slice(0, 8), (entry.step ?? '-').padEnd(18), entry.kind.padEnd(12), `${what}${took}`]
    .join('  ')
    .trimEnd();
}

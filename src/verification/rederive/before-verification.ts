/** The journal as it was when a verification began: what that has added to it says nothing of the run that it judges. */
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import type { Predicate } from '../../evidence/bundle.js';
import type { RawBundle } from './raw-bundle.js';

export const foldedBefore = ({ entries, report }: Pick<RawBundle, 'entries' | 'report'>): JournalState =>
  foldJournal(entries.slice(0, report.journalLines));

/** Ids of the step that takes a verdict, whole or in part. */
const verdictSteps: readonly (string | undefined)[] = ['dod', 'dod-part'];

/**
 * Why the report names another line of its journal than the one where the verification began, a clause. Too early, and a failure before it
 * counts for nothing; too late, and what it changed itself counts as declared.
 */
export function misplacedBegin(
  { entries, report }: Pick<RawBundle, 'entries' | 'report'>,
  { runId, kind }: Pick<Predicate, 'runId' | 'kind'>,
): string | undefined {
  const lines = report.journalLines;
  if (!Number.isSafeInteger(lines) || lines < 1 || lines > entries.length)
    return 'its report does not say how long the journal was when it began';
  // the journal is locked meanwhile
  const other = entries.slice(lines).find(({ run }) => run !== runId);
  if (other) return `its journal has a line of run ${other.run} (${other.seq}) after the verification began`;
  const isOwn = (entry: RawBundle['entries'][number]) =>
    entry.run === runId && entry.kind === 'begin' && verdictSteps.includes(entry.step);
  const early = kind === 'dod' ? entries.slice(0, lines).find(isOwn) : undefined;
  return (
    early && `line ${early.seq} of its journal is a change that the verification made, but is counted as made before it`
  );
}

/** The journal as it was when a verification began: what that has added to it says nothing of the run that it judges. */
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import type { RawBundle } from './raw-bundle.js';

export const foldedBefore = ({ entries, report }: Pick<RawBundle, 'entries' | 'report'>): JournalState =>
  foldJournal(entries.slice(0, report.journalLines));

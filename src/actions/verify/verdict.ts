import { foldJournal } from '../../engine/journal-state.js';
import { readJournal } from '../session/read-journal.js';

export interface RecordedVerdict {
  verdict?: string;
  /** The grade that was proven, what blocks the next one, and how many findings are accepted. */
  independence?: string;
  report?: string;
  bundle?: string;
}

/** Verdict, report and bundle as the proof of phase 8 recorded them. */
export function verdictOf(stateDir: string): RecordedVerdict {
  const facts = foldJournal(readJournal(stateDir)).proofs.get('dod')?.evidence.facts;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  if (!facts) return {};
  const independence = text(facts.independence);
  return {
    ...{ verdict: text(facts.verdict), report: text(facts.report), bundle: text(facts.bundle) },
    ...(independence === undefined ? {} : { independence }),
  };
}

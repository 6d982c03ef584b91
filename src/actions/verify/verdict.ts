import { foldJournal } from '../../engine/journal-state.js';
import { readJournal } from '../session/read-journal.js';

/** Verdict, report and bundle as the proof of phase 8 recorded them. */
export function verdictOf(stateDir: string): { verdict?: string; report?: string; bundle?: string } {
  const facts = foldJournal(readJournal(stateDir)).proofs.get('dod')?.evidence.facts;
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return facts ? { verdict: text(facts.verdict), report: text(facts.report), bundle: text(facts.bundle) } : {};
}

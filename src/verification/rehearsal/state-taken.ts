/** D1 of a rehearsal, as its journal proves it: the Sovereign of which it was true is gone. Pure. */
import type { JournalState } from '../../engine/journal-state.js';
import { type Answer, failed, notChecked, passed } from '../dod/item.js';
import { rehearsalSteps as ids } from './cycle.js';

export function stateTaken({ proofs }: Pick<JournalState, 'proofs'>): Answer {
  const proof = proofs.get(ids.state);
  if (proof === undefined) return notChecked('the rehearsal ended before phase 6');
  const items = proof.evidence.facts.items;
  const isWhole = Array.isArray(items) && items.some((item) => item?.id === 'D1' && item?.status === 'pass');
  return (isWhole ? passed : failed)(proof.evidence.summary);
}

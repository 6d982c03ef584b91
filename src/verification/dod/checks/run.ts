/** W1 and W3: how the run went, read from the journal. */
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

/** W1: every step before phase 8 is proven, in one journal. */
export async function walkedThrough({ journal, steps }: Scope): Promise<Answer> {
  const missing = steps.filter((step) => step.phase < 8 && !journal.proofs.has(step.id));
  if (missing.length > 0) return failed(`not proven: ${missing.map((step) => step.id).join(', ')}`);
  return passed(`${steps.length} steps are proven in the journal; ${journal.runs.length} runs`);
}

/**
 * Of the steps of the WBS before phase 8. A verdict is none of them: another one must not fail because it was not PASS the first
 * time. Nor is a command beside the walk that was refused.
 */
export function failuresOf({ journal, steps }: Pick<Scope, 'journal' | 'steps'>): string[] {
  return steps.flatMap(({ id }) => {
    const failure = journal.failures.get(id);
    return failure ? [`${id}: ${failure.message}`] : [];
  });
}

import { foldJournal } from '../phases/journal-state.js';
import { requirePrerequisites } from '../phases/runner.js';
import type { Step } from '../phases/step.js';
import { phaseNeeds } from '../phases/wbs.js';
import { readJournalOf } from './read-journal.js';
import type { Session } from './session.js';
import { allSteps } from './steps.js';

/** Refuses with E4001 (exit 7) when what a ticket needs is not proven; `force` overrules and is journaled. */
export async function requireProven(session: Session, id: string, force?: string): Promise<Step> {
  const all = allSteps(session.world);
  const step = all.find((one) => one.id === id)!;
  requirePrerequisites(
    { steps: [step], all, schedule: 'tickets', phaseNeeds },
    foldJournal(await readJournalOf(session.world)),
    force,
  );
  if (force === undefined) return step;
  const journal = await session.journal();
  journal.append({ kind: 'forced', inputs: { reason: force, steps: [id] } });
  return step;
}

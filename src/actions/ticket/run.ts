import { findStep } from '../session/find-step.js';
import { runSelectedSteps, type StepsRun } from '../session/run-steps.js';
import type { RunChoices, Session } from '../session/session.js';
import { allSteps } from '../session/steps.js';

/** Runs one ticket or un-ticketed step; refuses with E4001 (exit 7) when what it needs is not proven. */
export async function runTicket(session: Session, typed: string, choices: RunChoices): Promise<StepsRun> {
  const all = allSteps(session.world);
  const step = findStep(all, typed);
  return runSelectedSteps(session, {
    ...choices,
    schedule: 'tickets',
    all,
    selected: [step.id],
    inputs: { command: 'ticket run', ticket: step.id },
  });
}

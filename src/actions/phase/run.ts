import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { phases } from '../../walk/wbs.js';
import { runSelectedSteps, type StepsRun } from '../session/run-steps.js';
import type { RunChoices, Session } from '../session/session.js';
import { allSteps } from '../session/steps.js';

/** Runs every step of one phase; refuses with E4001 (exit 7) when a prerequisite is not proven. */
export async function runPhase(session: Session, id: number, choices: RunChoices): Promise<StepsRun> {
  if (!phases.some((phase) => phase.id === id)) {
    throw fail('E1001', `There is no phase ${id}; the phases are 0 to ${phases.length - 1}.`, {
      actions: [command('phase list')],
    });
  }
  const all = allSteps(session.world);
  const selected = all.filter((step) => step.phase === id).map((step) => step.id);
  return runSelectedSteps(session, { ...choices, all, selected, inputs: { command: 'phase run', phase: id } });
}

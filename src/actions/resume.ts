import { foldJournal } from '../phases/journal-state.js';
import type { ScheduleName } from '../phases/schedule.js';
import { fail } from '../support/errors.js';
import { readJournalOf } from './read-journal.js';
import { runSelectedSteps, type StepsRun } from './run-steps.js';
import type { Session } from './session.js';
import { allSteps, type WalkChoices } from './steps.js';
import { verdictOf } from './verdict.js';

export interface ResumeResult extends StepsRun {
  /** The command that is carried on. */
  command: string;
  verdict?: string;
  report?: string;
  bundle?: string;
}

/** Carries on the newest run of this Sovereign that did not end well: same steps, same choices. */
export async function resumeRun(session: Session): Promise<ResumeResult> {
  const { world } = session;
  const last = foldJournal(await readJournalOf(world)).runs.at(-1);
  if (!last) {
    throw fail('E1001', `Nothing to resume: no run of ${world.sovereign.spec.fqdn} is in the journal.`, {
      actions: ['catalyst wizard'],
    });
  }
  const inputs = last.inputs ?? {};
  const choices: WalkChoices = {
    window: inputs.window as string | undefined,
    purge: inputs.purge as WalkChoices['purge'],
  };
  const run = await runSelectedSteps(session, {
    schedule: (inputs.schedule as ScheduleName | undefined) ?? 'phases',
    force: inputs.force as string | undefined,
    all: allSteps(world, choices),
    selected: (inputs.steps as string[] | undefined) ?? [],
    inputs: { ...inputs, resumed: last.id },
  });
  return { ...run, command: String(inputs.command ?? 'run'), ...verdictOf(world.stateDir) };
}

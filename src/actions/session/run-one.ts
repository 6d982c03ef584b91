/** Runs the one step that a command makes for itself (a saved purge plan, a rotation, the Definition of Done), on the runner of the walk. */
import type { Step } from '../../world/step.js';
import { runSelectedSteps, type StepsRun } from './run-steps.js';
import type { Session } from './session.js';
import { allSteps } from './steps.js';

export interface OneRequest {
  /** Words of the command, and what `resume` needs to call it again. */
  inputs: { command: string } & Record<string, unknown>;
  force?: string;
}

/** @throws E4001 when what the step needs is not proven; what the step throws, with `catalyst resume` as its last remedy */
export function runOne(session: Session, step: Step, { inputs, force }: OneRequest): Promise<StepsRun> {
  const others = allSteps(session.world).filter(({ id }) => id !== step.id);
  return runSelectedSteps(session, {
    schedule: 'tickets',
    force,
    fresh: true,
    all: [...others, step],
    selected: [step.id],
    inputs,
  });
}

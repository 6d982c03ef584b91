/** For actions of phases 7 and 8 that are no run of steps: gate and journal, with the news told as a step's are. */
import type { StepContext } from '../phases/step.js';
import type { Session } from './session.js';
import { withGate } from './with-gate.js';

export interface Alone {
  id: string;
  title: string;
  phase: number;
  ticket?: string;
}

/** `planHash`: the plan that the action follows, where it made one. */
export function actAlone<T>(
  session: Session,
  step: Alone,
  work: (context: StepContext) => Promise<T>,
  planHash = '',
): Promise<T> {
  const { emit, world, by, confirm } = session;
  const run = { by, planHash };
  const tell = (
    type: 'waiting' | 'output' | 'mutation',
    more: { reason?: string; deadline?: Date; sentence?: string },
  ) => emit({ type, at: world.clock.now(), step, ...more });
  const progress = {
    waiting: (reason: string, deadline?: Date) => tell('waiting', { reason, deadline }),
    output: (line: string) => tell('output', { reason: line }),
  };
  return withGate(
    session,
    step,
    (act, undo) => work({ act, undo, signal: world.signal, progress, confirm, run }),
    ({ sentence }) => tell('mutation', { sentence }),
    progress.output,
  );
}

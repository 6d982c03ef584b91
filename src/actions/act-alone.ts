/** For actions of phases 7 and 8 that are no run of steps: gate and journal, with the news told as a step's are. */
import type { Act } from '../phases/gate.js';
import type { StepContext } from '../phases/step.js';
import type { Session } from './session.js';
import { withGate } from './with-gate.js';

export interface Alone {
  id: string;
  title: string;
  phase: number;
  ticket?: string;
}

export function actAlone<T>(session: Session, step: Alone, work: (context: StepContext) => Promise<T>): Promise<T> {
  const { emit, world } = session;
  const tell = (
    type: 'waiting' | 'output' | 'mutation',
    more: { reason?: string; deadline?: Date; sentence?: string },
  ) => emit({ type, at: world.clock.now(), step, ...more });
  const told =
    (act: Act): Act =>
    (mutation, change, options) => {
      tell('mutation', { sentence: mutation.sentence });
      return act(mutation, change, options);
    };
  return withGate(session, step, (act, undo) =>
    work({
      act: told(act),
      undo: { ...undo, act: told(undo.act) },
      signal: world.signal,
      progress: {
        waiting: (reason, deadline) => tell('waiting', { reason, deadline }),
        output: (line) => tell('output', { reason: line }),
      },
    }),
  );
}

/** For actions that change something outside of a run of steps: the same lock, journal and protected set. */
import { protection } from '../mother/protected-set.js';
import type { Act } from '../phases/gate.js';
import type { Mutation, Undo } from '../phases/step.js';
import { lockJournal } from './lock-journal.js';
import type { Session } from './session.js';

/** `step` names what acts, in the journal; `onMutation` is told each change that is made, before it is. */
export async function withGate<T>(
  session: Session,
  step: { id: string; phase: number; ticket?: string },
  work: (act: Act, undo: Undo) => Promise<T>,
  onMutation?: (mutation: Mutation) => void,
): Promise<T> {
  const { world } = session;
  const journal = await lockJournal(session);
  try {
    const gate = session.openGate({
      journal,
      signal: world.signal,
      undoSignal: world.undoSignal,
      protects: protection(world.sovereign),
      onMutation: (_step, mutation) => onMutation?.(mutation),
    });
    const { act, undo } = gate.forStep(step);
    return await work(act, undo);
  } finally {
    journal.close();
  }
}

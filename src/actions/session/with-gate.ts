/** For actions that change something outside of a run of steps: the same lock, journal and protected set. */
import type { Mutation } from '../../engine/mutation.js';
import type { Act, Undo } from '../../world/step.js';
import { guardProtected } from './guard-protected.js';
import type { Session } from './session.js';

/** `step` names what acts, in the journal; `onMutation` is told each change that is made, before it is. */
export async function withGate<T>(
  session: Session,
  step: { id: string; phase: number; ticket?: string },
  work: (act: Act, undo: Undo) => Promise<T>,
  onMutation?: (mutation: Mutation) => void,
  report: (line: string) => void = () => undefined,
): Promise<T> {
  const { world } = session;
  const journal = await session.journal();
  const guard = guardProtected(world, report);
  const gate = session.openGate({
    journal,
    signal: world.signal,
    undoSignal: world.undoSignal,
    protects: guard.protects,
    prepare: (_step, mutation) => guard.prepare(mutation),
    onMutation: (_step, mutation) => onMutation?.(mutation),
  });
  const { act, undo } = gate.forStep(step);
  return await guard.around(() => work(act, undo));
}

/** For actions that change something outside of a run of steps: the same lock, journal and protected set. */
import { join } from 'node:path';
import { protection } from '../mother/protected-set.js';
import type { Act } from '../phases/gate.js';
import { openJournal } from '../phases/journal.js';
import { createGate } from '../phases/journaled-gate.js';
import type { Session } from './session.js';

/** `step` names what acts, in the journal. */
export async function withGate<T>(
  session: Session,
  step: { id: string; phase: number; ticket?: string },
  work: (act: Act) => Promise<T>,
): Promise<T> {
  const { world } = session;
  await session.lock();
  const journal = openJournal({
    path: join(world.stateDir, 'journal.jsonl'),
    runId: world.runId,
    by: session.by,
    clock: world.clock,
    redactor: world.redactor,
  });
  try {
    const gate = createGate({ journal, signal: world.signal, protects: protection(world.sovereign) });
    return await work(gate.forStep(step));
  } finally {
    journal.close();
  }
}

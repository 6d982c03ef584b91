/** What a killed run holds on the mother is given back by the next run, also by one that has nothing to change there. */

import type { Journal } from '../../engine/journal.js';
import { foldJournal, mutationKey } from '../../engine/journal-state.js';
import { refOf } from '../../engine/runner.js';
import { giveBackMother, leaseMutation } from '../../handover/mother/hold-mother.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { OpenGate } from '../../world/gate/gate.js';
import type { Step } from '../../world/step.js';
import type { Session } from '../session/session.js';

/**
 * By the journal: it has begun to hold her, and neither that run nor one after it has ended that. A mother that cannot be asked is no
 * failure of this run; the next one tries again, and her undo is armed.
 */
export async function giveBackHeld(
  { world, emit }: Pick<Session, 'world' | 'emit'>,
  { journal, gate, step }: { journal: Journal; gate: ReturnType<OpenGate>; step: Step | undefined },
): Promise<void> {
  const held = foldJournal(journal.entries).operations.get(mutationKey(leaseMutation(world)));
  if (held?.status !== 'indoubt' || !step) return;
  const tell = (type: 'output' | 'waiting', reason: string) =>
    emit({ type, at: world.clock.now(), step: refOf(step), reason });
  const progress = {
    waiting: (reason: string) => tell('waiting', reason),
    output: (line: string) => tell('output', line),
  };
  const { id, phase, ticket } = step;
  try {
    await giveBackMother(world, { ...gate.forStep({ id, phase, ticket }), signal: world.signal, progress });
  } catch (error) {
    world.signal.throwIfAborted();
    // Another run holds the mother now, and puts back what this one left.
    if (isCatalystError(error, 'E5021')) return;
    if (endsTheRun(error)) throw error;
    tell('output', `the mother was not given back: ${messageOf(error)}`);
  }
}

/** Servers that a killed black start (D23) has left off are on again before a run looks at the Sovereign: without them nothing of it answers. */
import { foldJournal } from '../../engine/journal-state.js';
import { leftOff, powerOnLeft } from '../../verification/black-start/left-off.js';
import { inspectJournal } from '../session/read-journal.js';
import type { Session } from '../session/session.js';
import { withGate } from '../session/with-gate.js';

/** Reads nothing but the journal where that leaves none off; what is wrong with it, the run itself finds. A dry-run changes nothing. */
export async function powerOnServers(session: Session): Promise<void> {
  const { world, dryRun } = session;
  if (dryRun) return;
  const { entries } = inspectJournal(world.stateDir);
  if (leftOff(foldJournal(entries)).length === 0) return;
  const step = { id: 'dod', title: 'Servers powered on again', phase: 8 };
  const report = (reason: string) => session.emit({ type: 'output', at: world.clock.now(), step, reason });
  await withGate(session, step, (_act, undo) => powerOnLeft(world, undo.act, { entries, report }));
}

import { foldJournal } from '../../engine/journal-state.js';
import { abortHandover } from '../../handover/steps/abort.js';
import { fail } from '../../support/errors/errors.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { readJournal } from '../session/read-journal.js';
import { runOne } from '../session/run-one.js';
import { type HandoverDone, handoverDone } from './finalize.js';
import { handoverStatus } from './status.js';

/** Walks back from any state before the point of no return. Throws E5110 (exit 7) from there on, E5101 when nothing was begun. */
export async function abort(context: Context, { keepCommits }: { keepCommits?: string }): Promise<HandoverDone> {
  const world = await context.world();
  const step = abortHandover(world, { keepCommits, journal: () => foldJournal(readJournal(world.stateDir)) });
  // Refuses what cannot be walked back before anything else.
  await step.plan(world.signal);
  const before = await handoverStatus(world);
  if (before.state === 'NONE' && before.changes.length === 0) {
    throw fail('E5101', `No handover of ${world.sovereign.spec.fqdn} has started.`, {
      actions: ['catalyst handover plan'],
    });
  }
  const inputs = { command: 'handover abort', keepCommits };
  const { mutations } = await confirmedRun(context, (session) => runOne(session, step, { inputs }), {});
  return handoverDone(world, mutations);
}

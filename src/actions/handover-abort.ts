import { abortHandover } from '../handover/abort.js';
import { foldJournal } from '../phases/journal-state.js';
import { fail } from '../support/errors.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import { type HandoverDone, reportMutations } from './handover-finalize.js';
import { handoverStatus } from './handover-status.js';
import { readJournal } from './read-journal.js';
import { openSession } from './session.js';

/** Walks back from any state before the point of no return. Throws E5110 (exit 7) from there on, E5101 when nothing was begun. */
export async function abort(context: Context, options: { keepCommits?: string }): Promise<HandoverDone> {
  const session = await openSession(context);
  const { world } = session;
  const step = abortHandover(world, { ...options, journal: () => foldJournal(readJournal(world.stateDir)) });
  // Refuses what cannot be walked back before anything else.
  const mutations = await step.plan(world.signal);
  const before = await handoverStatus(world);
  if (before.state === 'NONE' && before.changes.length === 0) {
    throw fail('E5101', `No handover of ${world.sovereign.spec.fqdn} was begun.`, {
      actions: ['catalyst handover plan'],
    });
  }
  if (context.options.dryRun) return { ...before, mutations: reportMutations(context, mutations) };
  await actAlone(session, step, (stepContext) => step.run(stepContext));
  return handoverStatus(world);
}

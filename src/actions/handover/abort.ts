import { foldJournal } from '../../engine/journal-state.js';
import { abortHandover } from '../../handover/steps/abort.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { readJournal } from '../session/read-journal.js';
import { runOne } from '../session/run-one.js';
import { type HandoverDone, handoverDone } from './finalize.js';
import { restoreMotherZone } from './restore-zone.js';
import { handoverStatus } from './status.js';

export interface AbortChoices {
  /** Folder for a copy of the repository. */
  keepCommits?: string;
  /** Also puts back what the mother's name servers answered before the delegation; works where no handover has begun. */
  restoreZone?: boolean;
  /** FQDN that confirms it. */
  confirm?: string;
}

/** Walks back from any state before the point of no return. Throws E5110 (exit 7) from there on, E5101 when nothing was begun. */
export async function abort(context: Context, choices: AbortChoices): Promise<HandoverDone> {
  const { keepCommits, restoreZone, confirm } = choices;
  const world = await context.world();
  const step = abortHandover(world, { keepCommits, journal: () => foldJournal(readJournal(world.stateDir)) });
  // Refuses what cannot be walked back before anything else.
  await step.plan(world.signal);
  const before = await handoverStatus(world);
  const inputs = { command: 'handover abort', keepCommits, restoreZone };
  const isBegun = before.state !== 'NONE' || before.former !== undefined || before.changes.length > 0;
  const restored = async () => (restoreZone ? ((await restoreMotherZone(context, { inputs, confirm })) ?? []) : []);
  if (!isBegun && restoreZone) return handoverDone(world, { mutations: await restored() });
  if (!isBegun) {
    throw fail('E5101', `No handover of ${world.sovereign.spec.fqdn} has started.`, {
      actions: [command('handover plan')],
    });
  }
  const { mutations } = await confirmedRun(context, (session) => runOne(session, step, { inputs }), {});
  const more = await restored();
  return handoverDone(world, { mutations: mutations && [...mutations, ...more] });
}

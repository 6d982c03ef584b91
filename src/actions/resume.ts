/** Continues exactly the run that was interrupted: the same command with the same choices and its confirmations. */
import { foldJournal } from '../engine/journal-state.js';
import type { ScheduleName } from '../engine/schedule.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { clusterDestroy } from './cluster/destroy.js';
import { rotateKeys } from './credentials/rotate.js';
import { abort } from './handover/abort.js';
import { decommissionMother } from './handover/decommission.js';
import { finalizeHandover } from './handover/finalize.js';
import { purgeApply } from './purge/apply.js';
import { type Confirmed, confirmedRun } from './session/confirmed-run.js';
import type { Context } from './session/context.js';
import { interruptedRun, type JournaledRun } from './session/interrupted-run.js';
import { readJournalOf } from './session/read-journal.js';
import { runSelectedSteps, type StepsRun } from './session/run-steps.js';
import { openSession } from './session/session.js';
import { allSteps, type WalkChoices } from './session/steps.js';
import { verifyDodAlone } from './verify/dod.js';
import { verdictOf } from './verify/verdict.js';

export interface ResumeResult extends StepsRun {
  /** The command that is continued; empty when no run was interrupted. */
  command: string;
  /** What that command answers, where it is not a run of the walk. */
  result?: unknown;
  verdict?: string;
  report?: string;
  bundle?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: what a command recorded is read by the same command
type Resumer = (context: Context, inputs: any, confirmed: Confirmed) => Promise<unknown>;

/** By the words of the command. What is not here is a run of the walk: wizard, phase run, ticket run, cluster create. */
const resumers: Readonly<Record<string, Resumer>> = {
  'purge apply': (context, { file, max, maxAgeMs }, { confirm }) =>
    purgeApply(context, file, { max, maxAgeMs, confirm }),
  'cluster destroy': (context, { zones, snapshots, unprotect, restoreZone }, { confirm }) =>
    clusterDestroy(context, { zones, snapshots, unprotect, restoreZone, confirm }),
  'credentials rotate': async (context) =>
    rotateKeys(await openSession(context), await context.credentials(), undefined),
  'verify dod': (
    context,
    { only, skip, windowMs, maxOutageMs, blackHole, reprovision, maxRehearsalAgeMs, spend, blackStart },
    confirmed,
  ) =>
    verifyDodAlone(
      context,
      { only, skip, windowMs, maxOutageMs, blackHole, reprovision, maxRehearsalAgeMs, spend, blackStart, ...confirmed },
      () => undefined,
    ),
  rehearse: async (_context, { of, name }) => {
    throw fail('E1001', `The interrupted run is a rehearsal of ${of}. Continue it with its own command.`, {
      actions: [command('rehearse', { sovereign: of, name })],
    });
  },
  'handover finalize': (context, { force }, { confirm }) => finalizeHandover(context, { force, confirm }),
  'handover abort': (context, { keepCommits, restoreZone }, { confirm }) =>
    abort(context, { keepCommits, restoreZone, confirm }),
  'handover decommission': (context, { work }, { confirm }) => decommissionMother(context, work, { confirm }),
};

export async function resumeRun(context: Context, confirmed: Confirmed): Promise<ResumeResult> {
  const world = await context.world();
  const last = interruptedRun(foldJournal(await readJournalOf(world)));
  if (!last) {
    context.output.note(`Nothing to resume: no run of ${world.sovereign.spec.fqdn} was interrupted.`);
    return { runId: world.runId, planHash: '', proven: [], command: '', ...verdictOf(world.stateDir) };
  }
  const inputs = last.inputs ?? {};
  const command = String(inputs.command ?? 'run');
  const resumer = resumers[command];
  if (resumer) {
    const result = await resumer(context, inputs, confirmed);
    return { runId: world.runId, planHash: last.plan ?? '', proven: [], command, result };
  }
  const run = await resumeWalk(context, last, confirmed);
  return { ...run, command, ...verdictOf(world.stateDir) };
}

async function resumeWalk(context: Context, last: JournaledRun, confirmed: Confirmed): Promise<StepsRun> {
  const { inputs = {} } = last;
  const choices: WalkChoices = {
    window: inputs.window as string | undefined,
    purge: inputs.purge as WalkChoices['purge'],
    spend: inputs.spend === true,
  };
  return confirmedRun(
    context,
    (session) =>
      runSelectedSteps(session, {
        schedule: (inputs.schedule as ScheduleName | undefined) ?? 'phases',
        force: inputs.force as string | undefined,
        all: allSteps(session.world, choices),
        selected: (inputs.steps as string[] | undefined) ?? [],
        inputs: { ...inputs, resumed: last.id },
      }),
    confirmed,
  );
}

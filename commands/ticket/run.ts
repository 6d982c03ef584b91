import { Args } from '@oclif/core';
import { confirmedRun } from '../../src/actions/session/confirmed-run.js';
import { stepIdOf } from '../../src/actions/session/find-step.js';
import type { StepsRun } from '../../src/actions/session/run-steps.js';
import type { Session } from '../../src/actions/session/session.js';
import { runTicket } from '../../src/actions/ticket/run.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { runExitCodes, runFlags } from '../../src/cli/command/run-flags.js';
import { stepName } from '../../src/engine/events.js';
import { command } from '../../src/support/commands/command.js';
import { wbsOf } from '../../src/walk/catalog.js';

export default class TicketRun extends CatalystCommand<StepsRun> {
  static override summary = 'run one ticket or step';
  static override description =
    'Refuses (exit 7) when a prerequisite is not proven, or when WBS §7 puts it out of scope.';
  static override examples = ['<%= config.bin %> ticket run 376', '<%= config.bin %> ticket run bp-valkey --dry-run'];
  static override exitCodes = runExitCodes;
  static override args = { ticket: Args.string({ required: true, description: 'a ticket (376) or step (bp-valkey)' }) };
  static override flags = { force: runFlags.force, fresh: runFlags.fresh, confirm: runFlags.confirm };

  async run(): Promise<StepsRun> {
    const { args, flags, context } = await this.open(TicketRun);
    const id = stepIdOf(args.ticket);
    const start = (session: Session) => runTicket(session, id, { ...flags, schedule: 'tickets' });
    const result = await confirmedRun(context, start, flags);
    context.ending({ about: stepName({ id, ...wbsOf(id) }), next: [command('status')] });
    return result;
  }
}

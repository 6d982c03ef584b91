import { Args, Flags } from '@oclif/core';
import type { TicketRow } from '../../src/actions/ticket/list.js';
import { setTicket } from '../../src/actions/ticket/set.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable } from '../../src/cli/text/ticket-table.js';

export default class TicketSet extends CatalystCommand<TicketRow> {
  static override summary = 'set the fields of the WBS §9 table that people fill in';
  static override examples = ['<%= config.bin %> ticket set 338 --pr openova-io/openova#12 --status parked'];
  static override exitCodes = [4, 5, 7, 9];
  static override args = { ticket: Args.string({ required: true, description: 'a ticket, such as 338' }) };
  static override flags = {
    pr: Flags.string({
      multiple: true,
      helpValue: 'owner/repo#12',
      description: 'pull requests; replaces the earlier ones',
    }),
    status: Flags.string({
      helpValue: 'STATUS',
      description: 'pending, parked, in flight or failed; only a proof sets done',
    }),
  };

  async run(): Promise<TicketRow> {
    const { args, flags, context } = await this.open(TicketSet);
    const row = await setTicket(context, args.ticket, { prs: flags.pr, status: flags.status });
    context.output.page([ticketTable([row])]);
    return row;
  }
}

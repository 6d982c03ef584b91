import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { listTickets, type TicketRow } from '../../src/actions/ticket/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable } from '../../src/cli/text/ticket-table.js';

export default class TicketList extends CatalystCommand<TicketRow[]> {
  static override summary = 'the 22 tickets of the WBS with status, PRs and evidence';
  static override examples = ['<%= config.bin %> ticket list', '<%= config.bin %> ticket list --json'];
  static override exitCodes = [5, 7];

  async run(): Promise<TicketRow[]> {
    const { context } = await this.open(TicketList);
    const rows = listTickets(await stateDirIfAny(context));
    context.output.print(ticketTable(rows));
    return rows;
  }
}

import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { listTickets, type TicketRow } from '../../src/actions/ticket/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable, wbsAloneHead } from '../../src/cli/text/ticket-table.js';

export default class TicketList extends CatalystCommand<TicketRow[]> {
  static override summary = 'the 22 tickets of the WBS with status, PRs and evidence';
  static override examples = ['<%= config.bin %> ticket list', '<%= config.bin %> ticket list --json'];
  static override exitCodes = [5, 7];

  async run(): Promise<TicketRow[]> {
    const { context } = await this.open(TicketList);
    const stateDir = await stateDirIfAny(context);
    const planned = stateDir === undefined;
    const rows = listTickets(stateDir);
    context.output.page([...(planned ? wbsAloneHead : []), ticketTable(rows, { planned })]);
    return rows;
  }
}

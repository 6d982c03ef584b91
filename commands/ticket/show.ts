import { Args } from '@oclif/core';
import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { showTicket, type TicketDetails } from '../../src/actions/ticket/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { ticketTable, wbsAloneHead } from '../../src/cli/text/ticket-table.js';

export default class TicketShow extends CatalystCommand<TicketDetails> {
  static override summary = 'one ticket or step: dependencies, status, evidence, what running it would change';
  static override examples = ['<%= config.bin %> ticket show 376', '<%= config.bin %> ticket show bp-valkey'];
  static override exitCodes = [4, 5, 7];
  static override args = { ticket: Args.string({ required: true, description: 'a ticket (376) or step (bp-valkey)' }) };

  async run(): Promise<TicketDetails> {
    const { args, context } = await this.open(TicketShow);
    const stateDir = await stateDirIfAny(context);
    const ticket = await showTicket(args.ticket, stateDir, stateDir === undefined ? undefined : await context.world());
    const { mutations = [], probes = [] } = ticket;
    const lines = (sentences: string[]) => sentences.map((sentence) => `  ${sentence}`);
    const changes = lines(mutations.filter((sentence) => !probes.includes(sentence)));
    const proving = lines(mutations.filter((sentence) => probes.includes(sentence)));
    const published =
      ticket.published === undefined || ticket.status === 'done' ? [] : [`in the published WBS: ${ticket.published}`];
    const depends = `depends on: ${ticket.dependsOn.join(', ') || 'nothing'}`;
    const planned = stateDir === undefined;
    const { evidence, failure } = ticket;
    context.output.page([
      ...(planned ? wbsAloneHead : []),
      ticketTable([ticket], { planned }),
      '',
      depends,
      ...published,
      ...(evidence ? [`proof: ${evidence.summary}`] : []),
      ...(failure ? [{ text: `failure: ${failure}`, tone: 'bad' } as const] : []),
      ...(changes.length > 0 ? ['would change:', ...changes] : []),
      ...(proving.length > 0 ? ['its proof would make, and remove again:', ...proving] : []),
    ]);
    return ticket;
  }
}

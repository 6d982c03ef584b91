import { foldJournal } from '../../engine/journal-state.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { ticketId, tickets } from '../../walk/wbs.js';
import type { Context } from '../session/context.js';
import { readJournal } from '../session/read-journal.js';
import { derivedStatus, listTickets, type TicketRow } from './list.js';

export interface TicketFields {
  prs?: string[];
  status?: string;
}

const settable = ['pending', 'parked', 'in flight', 'failed'];

/** Keeps the §9 fields that people fill in. `done` cannot be set: it is derived from a proof. */
export async function setTicket(context: Context, typed: string, fields: TicketFields): Promise<TicketRow> {
  const id = ticketId(typed);
  if (!tickets.some((ticket) => ticket.id === id)) {
    throw fail('E1001', `There is no ticket ${id}.`, { actions: [command('ticket list')] });
  }
  if (fields.status === undefined && fields.prs === undefined) {
    throw fail('E1001', `Nothing to set for ${id}: neither --status nor --pr was given.`, {
      actions: [command('ticket set', id.slice(1), { status: 'parked' }), command('ticket show', id.slice(1))],
    });
  }
  if (fields.status === 'done') {
    throw fail('E1001', 'Only a proof marks a ticket done; the status cannot be set to it.', {
      actions: [command('ticket run', id.slice(1))],
    });
  }
  if (fields.status !== undefined && !settable.includes(fields.status)) {
    throw fail('E1001', `"${fields.status}" is not a status; use one of ${settable.join(', ')}.`, {
      actions: [command('ticket set', id.slice(1), { status: 'parked' })],
    });
  }
  const derived = fields.status && derivedStatus(id, foldJournal(readJournal(await context.stateDir())));
  if (derived)
    throw fail(
      'E1001',
      `The journal records runs of ${id}, so its status is ${derived}; a status that is set by hand would not be shown. Nothing was changed.`,
      { actions: [command('ticket show', id.slice(1)), 'leave out --status to set only pull requests'] },
    );
  const bad = fields.prs?.find((pr) => !/^[\w.-]+\/[\w.-]+#\d+$/.test(pr));
  if (bad !== undefined)
    throw fail('E1001', `"${bad}" is not a pull request; write it like owner/repository#12.`, {
      actions: [command('ticket set', id.slice(1), { pr: 'owner/repository#12' })],
    });
  const fieldsText = Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : `${key} ${value}`));
  if (!context.would(`keep for ${id}: ${fieldsText.join(', ') || 'nothing'}`)) {
    const journal = await context.journal();
    journal.append({ kind: 'ticket-set', ticket: id, inputs: { ...fields } });
  }
  return listTickets(await context.stateDir()).find((row) => row.id === id)!;
}

import { outOfScope, ticketId, tickets, unticketed } from '../phases/wbs.js';
import type { World } from '../phases/world.js';
import { fail } from '../support/errors.js';
import { findStep } from './find-step.js';
import { allSteps } from './steps.js';
import { listTickets, listUnticketed, type TicketRow } from './ticket-list.js';

export interface TicketDetails extends TicketRow {
  /** What would change on the world as it is now; absent when that cannot be said yet. */
  mutations?: string[];
  blueprint?: string;
}

/** One ticket or step. With a world, also what running it would change. */
export async function showTicket(typed: string, stateDir: string | undefined, world?: World): Promise<TicketDetails> {
  const id = ticketId(typed);
  const row = [...listTickets(stateDir), ...listUnticketed(stateDir)].find((candidate) => candidate.id === id);
  if (!row) {
    const excluded = outOfScope.find((entry) => entry.ids.includes(id));
    if (excluded)
      throw fail('E4007', `${id} is out of scope: ${excluded.reason} (WBS §7).`, { actions: ['catalyst ticket list'] });
    const known = [...tickets, ...unticketed].map((entry) => entry.id).join(', ');
    throw fail('E1001', `There is no ticket ${id}; known are ${known}.`, { actions: ['catalyst ticket list'] });
  }
  if (!world) return row;
  const step = findStep(allSteps(world), id);
  const mutations = await step.plan(world.signal);
  return { ...row, blueprint: step.blueprint, mutations: mutations.map((mutation) => mutation.sentence) };
}

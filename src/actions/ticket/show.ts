import type { World } from '../../world/world.js';
import { findStep, stepIdOf } from '../session/find-step.js';
import { allSteps } from '../session/steps.js';
import { listTickets, listUnticketed, type TicketRow } from './list.js';

export interface TicketDetails extends TicketRow {
  /** What would change on the world as it is now; absent when that cannot be said yet. */
  mutations?: string[];
  /** Of these, what only its proof does: it makes probes and removes them. */
  probes?: string[];
}

/** One ticket or step. With a world, also what running it would change. */
export async function showTicket(typed: string, stateDir: string | undefined, world?: World): Promise<TicketDetails> {
  const id = stepIdOf(typed);
  const rows = [...listTickets(stateDir), ...listUnticketed(stateDir)];
  const row = rows.find((candidate) => candidate.id === id || candidate.blueprint === id)!;
  if (!world) return row;
  const step = findStep(allSteps(world), id);
  const mutations = await step.plan(world.signal);
  const proof = (await step.planProof?.()) ?? [];
  const sentences = (some: typeof mutations) => some.map(({ sentence }) => sentence);
  return { ...row, mutations: sentences(mutations), probes: sentences(proof) };
}

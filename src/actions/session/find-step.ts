/** A step by what a person types: `374`, `#374`, `bp-harbor`, `cluster`; what is out of scope is refused with the seed's reason. */
import { closest, distance } from 'fastest-levenshtein';
import { blueprintNames, requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { outOfScope, ticketId, tickets, unticketed } from '../../walk/wbs.js';
import type { Step } from '../../world/step.js';

const known = [...tickets, ...unticketed].map((entry) => entry.id);

/**
 * The id as steps carry it, checked against the WBS alone: no spec is needed to be refused.
 * Throws E4007 or E3201 (exit 7) for what §7 puts out of scope, E1001 for what nobody knows.
 */
export function stepIdOf(typed: string): string {
  const id = ticketId(typed);
  if (known.includes(id) || blueprintNames.some((name) => name === id)) return id;
  const excluded = outOfScope.find((entry) => entry.ids.includes(id));
  if (excluded)
    throw fail('E4007', `${id} is out of scope: ${excluded.reason} (WBS §7).`, { actions: [command('ticket list')] });
  if (id.startsWith('bp-')) requireBlueprint([], id);
  const near = closest(id, known);
  const hint = distance(id, near) <= 2 ? ` Did you mean ${near}?` : '';
  throw fail('E1001', `There is no ticket ${id}.${hint}`, { actions: [command('ticket list')] });
}

export function findStep(steps: readonly Step[], typed: string): Step {
  const id = stepIdOf(typed);
  const found = steps.find((step) => step.id === id || step.ticket === id || step.blueprint === id);
  if (!found) throw fail('E1001', `${id} is not part of this walk.`, { actions: [command('ticket list')] });
  return found;
}

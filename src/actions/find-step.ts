/** A step by what a person types: `374`, `#374`, `bp-harbor`, `cluster`; out-of-scope tickets and Blueprints are refused. */
import { closest, distance } from 'fastest-levenshtein';
import type { Step } from '../phases/step.js';
import { outOfScope, ticketId } from '../phases/wbs.js';
import { fail } from '../support/errors.js';

/** Throws E4007 (exit 7) for what §7 puts out of scope, E1001 for what nobody knows. */
export function findStep(steps: readonly Step[], typed: string): Step {
  const id = ticketId(typed);
  const found = steps.find((step) => step.id === id || step.ticket === id || step.blueprint === id);
  if (found) return found;
  const excluded = outOfScope.find((entry) => entry.ids.includes(id));
  if (excluded)
    throw fail('E4007', `${id} is out of scope: ${excluded.reason} (WBS §7).`, { actions: ['catalyst ticket list'] });
  if (id.startsWith('bp-')) {
    throw fail('E3201', `${id} is not one of the 24 Blueprints of the minimal Sovereign (WBS §2, §7).`, {
      actions: ['catalyst blueprint list'],
    });
  }
  const near = closest(
    id,
    steps.map((step) => step.id),
  );
  const hint = distance(id, near) <= 2 ? ` Did you mean ${near}?` : '';
  throw fail('E1001', `There is no ticket ${id}.${hint}`, { actions: ['catalyst ticket list'] });
}

/** Steps that destroy or cannot be taken back need the Sovereign's FQDN, whichever command runs them (product.md §7). */
import type { Context } from '../actions/context.js';
import type { StepsRun } from '../actions/run-steps.js';
import { openSession, type Session } from '../actions/session.js';

const grave: Readonly<Record<string, string>> = {
  '#370': 'deletes the leftovers that #370 selects at Hetzner',
  '#317': 'hands over past the point of no return',
  '#319': 'takes the Sovereign off its mother',
  dod: 'cuts the Sovereign off from its mother for the kill experiment',
};

/**
 * Plans the run first, which checks its prerequisites too, and asks for the name when one of these steps would change
 * something.
 */
export async function confirmSteps(
  context: Context,
  run: (session: Session) => Promise<StepsRun>,
  confirm: string | undefined,
): Promise<void> {
  if (context.options.dryRun) return;
  const { mutations = [] } = await run({ ...(await openSession(context)), dryRun: true, emit: () => undefined });
  const acts = [...new Set(mutations.flatMap(({ step }) => grave[step] ?? []))];
  if (acts.length === 0) return;
  await context.confirmByName({ what: `This ${acts.join(', ')}`, confirm });
}

/** Steps that destroy or cannot be taken back need the Sovereign's FQDN, whichever command runs them (product.md §7). */
import type { Context } from '../actions/context.js';
import type { StepsRun } from '../actions/run-steps.js';
import { openSession, type Session } from '../actions/session.js';
import type { Confirm } from '../phases/confirmation.js';

const grave: Readonly<Record<string, string>> = {
  '#370': 'deletes the leftovers that #370 selects at Hetzner',
  '#319': 'takes the Sovereign off its mother',
  dod: 'cuts the Sovereign off from its mother for the kill experiment',
};

/**
 * Plans the run first, which checks its prerequisites too, and asks for the name when one of these steps would change
 * something. Answers the confirmation of steps that ask while they run; where nobody could answer then, throws E4006 now.
 */
export async function confirmSteps(
  context: Context,
  run: (session: Session) => Promise<StepsRun>,
  { confirm, unattended: lab }: { confirm?: string; unattended?: boolean },
): Promise<Confirm | undefined> {
  if (context.options.dryRun) return undefined;
  const { mutations = [] } = await run({ ...(await openSession(context)), dryRun: true, emit: () => undefined });
  const later = [...new Set(mutations.flatMap((mutation) => mutation.confirm ?? []))];
  const answer =
    later.length > 0 || confirm !== undefined
      ? await context.confirmInRun({ what: `This ${later.join(', ') || 'run'}`, confirm, lab })
      : undefined;
  const acts = [...new Set(mutations.flatMap(({ step }) => grave[step] ?? []))];
  if (acts.length > 0) await context.confirmByName({ what: `This ${acts.join(', ')}`, confirm, lab });
  return answer;
}

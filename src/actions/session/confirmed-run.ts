/** Steps that destroy or cannot be undone need the Sovereign's FQDN, whichever command runs them (product.md §7). */

import { powerOnServers } from '../verify/power-on-servers.js';
import type { Context } from './context.js';
import type { StepsRun } from './run-steps.js';
import { openSession, type Session } from './session.js';

export interface Confirmed {
  /** Value of --confirm. */
  confirm?: string;
  /** True for a run in a lab that nobody attends: only the lab can be touched, so it answers its confirmations itself. */
  unattended?: boolean;
}

/**
 * Plans the run first, which checks its prerequisites too, has what its steps destroy confirmed by name, and then runs it: the plan
 * that was confirmed is the one of the run, and its steps look at the world again before they change it.
 * @throws E4006 for a wrong `confirm`, and where nobody could answer; nothing was changed then
 */
export async function confirmedRun<T extends StepsRun>(
  context: Context,
  run: (session: Session) => Promise<T>,
  { confirm, unattended: lab }: Confirmed,
): Promise<T> {
  if (context.options.dryRun) {
    await refuseWrongName(context, confirm);
    return run(await openSession(context));
  }
  await powerOnServers(await openSession(context));
  const plan = await planned(context, async () =>
    run({ ...(await openSession(context)), dryRun: true, emit: () => undefined }),
  );
  const { mutations = [], destructive = [] } = plan;
  const later = [...new Set(mutations.flatMap((mutation) => mutation.confirm ?? []))];
  const answer =
    later.length > 0 || confirm !== undefined
      ? await context.confirmInRun({ what: `This ${later.join(', ') || 'run'}`, confirm, lab })
      : undefined;
  if (destructive.length > 0) {
    if (confirm === undefined && !lab)
      for (const { sentence } of mutations.slice(0, shown)) context.output.note(`will ${sentence}`);
    if (confirm === undefined && !lab && mutations.length > shown)
      context.output.note(`and ${mutations.length - shown} more; --dry-run lists them all`);
    await context.confirmByName({ what: `This ${[...new Set(destructive)].join(', ')}`, confirm, lab });
  }
  return run({ ...(await openSession(context, answer)), planned: plan.planHash });
}

/** Nothing is confirmed for a dry-run, but a name that the run itself would refuse is refused there too (E4006). */
export async function refuseWrongName(context: Context, confirm: string | undefined): Promise<void> {
  if (confirm !== undefined) await context.confirmByName({ what: 'This run', confirm });
}

/** A plan asks everything that the run will change; what does not answer takes its time, and nobody should wonder. */
async function planned<T>(context: Context, plan: () => Promise<T>): Promise<T> {
  const { clock, signal } = await context.world();
  const done = new AbortController();
  clock
    .sleep(noteMs, AbortSignal.any([signal, done.signal]))
    .then(() => {
      if (!done.signal.aborted)
        context.output.note('Still looking at what is there: something answers slowly, or not at all.');
    })
    .catch(() => undefined);
  try {
    return await plan();
  } finally {
    done.abort();
  }
}

const noteMs = 8000;

/** How many changes are listed before the question: what fits on a screen. */
const shown = 40;

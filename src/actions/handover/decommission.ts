/** `handover decommission`: the mother's retained state goes, proven by a second inventory. `handover redirect`: the old address. */
import { type DecommissionWork, requireRevoked, stepDecommission } from '../../handover/steps/decommission.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';
import { type HandoverDone, handoverDone } from './finalize.js';

export async function decommissionMother(
  context: Context,
  work: DecommissionWork,
  { confirm }: { confirm?: string },
): Promise<HandoverDone> {
  const world = await context.world();
  // Before what the step needs: that the handover has not come so far says more than a ticket that is not proven.
  await requireRevoked(world);
  const inputs = { command: 'handover decommission', work };
  const step = stepDecommission(world, work);
  const run = await confirmedRun(context, (session) => runOne(session, step, { inputs }), { confirm });
  return handoverDone(world, run);
}

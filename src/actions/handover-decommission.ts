/** `handover decommission`: the mother's retained state goes, proven by a second inventory. `handover redirect`: the old address. */
import { openHandover } from '../handover/handover.js';
import { hasReached } from '../handover/record.js';
import { redirectRefs, requireOwnRedirect } from '../handover/redirect.js';
import {
  decommission,
  forget,
  makeRedirect,
  redirectConsole,
  removeRedirectMutation,
} from '../handover/step-redirect.js';
import { fail } from '../support/errors.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import type { HandoverDone } from './handover-finalize.js';
import { handoverStatus } from './handover-status.js';
import { requireProven } from './handover-steps.js';
import { openSession } from './session.js';

export type DecommissionWork = 'decommission' | 'redirect' | 'remove-redirect';

export async function decommissionMother(
  context: Context,
  work: DecommissionWork,
  options: { confirm?: string },
): Promise<HandoverDone> {
  const session = await openSession(context);
  const { world } = session;
  const before = await handoverStatus(world);
  if (!before.history.some((one) => one.state === 'REVOKED')) {
    throw fail('E5101', `The handover is ${before.state}, not REVOKED.`, { actions: ['catalyst handover finalize'] });
  }
  const step = redirectConsole(world);
  if (context.options.dryRun) {
    const mutations = (await step.plan(world.signal)).map((one) => one.sentence);
    for (const sentence of mutations) context.output.note(`would ${sentence}`);
    return { ...before, mutations };
  }
  await requireProven(session, '#374');
  if (work === 'decommission') {
    const what = `This deletes what the mother retains of ${world.sovereign.spec.fqdn}, and stops catalyst-api for a moment`;
    await context.confirmByName({ what, confirm: options.confirm });
  }
  await actAlone(session, step, async (stepContext) => {
    const handover = await openHandover(world, stepContext);
    if (work === 'remove-redirect') {
      const mother = await world.mother();
      await requireOwnRedirect(world, mother);
      for (const ref of Object.values(redirectRefs(world)))
        await stepContext.act(removeRedirectMutation(ref), async (writers) => (await writers.mother()).delete(ref));
      delete handover.record.redirectedAt;
      await handover.save();
    } else {
      await makeRedirect(handover);
      if (work === 'decommission' && !hasReached(handover.record, 'DECOMMISSIONED')) await decommission(handover);
    }
    if (hasReached(handover.record, 'DECOMMISSIONED')) await forget(handover);
  });
  return handoverStatus(world);
}

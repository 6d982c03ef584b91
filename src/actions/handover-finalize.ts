/** `handover finalize`: PREPARED … REVOKED, with the confirmation before the point of no return. */
import { openHandover } from '../handover/handover.js';
import { hasReached } from '../handover/record.js';
import { reachRevoked } from '../handover/stages.js';
import { finaliseHandover } from '../handover/step-finalise.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import { type HandoverStatus, handoverStatus, statusOfRecord } from './handover-status.js';
import { requireProven } from './handover-steps.js';
import { openSession } from './session.js';

export interface HandoverDone extends HandoverStatus {
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
}

export async function finalizeHandover(
  context: Context,
  options: { confirm?: string; force?: string },
): Promise<HandoverDone> {
  const session = await openSession(context);
  const { world } = session;
  if (context.options.dryRun) {
    const mutations = (await finaliseHandover(world, { keepRetained: true }).plan(world.signal)).map(
      (one) => one.sentence,
    );
    for (const sentence of mutations) context.output.note(`would ${sentence}`);
    return { ...(await handoverStatus(world)), mutations };
  }
  const step = await requireProven(session, '#317', options.force);
  const status = await handoverStatus(world);
  if (!status.history.some((one) => one.state === 'ACTIVATED')) {
    const what = `From ACTIVATED on, ${world.sovereign.spec.fqdn} is on its own: the handover then only goes forward`;
    await context.confirmByName({ what, confirm: options.confirm });
  }
  return actAlone(session, step, async (stepContext) => {
    const handover = await openHandover(world, stepContext);
    if (!hasReached(handover.record, 'REVOKED')) await reachRevoked(handover);
    return statusOfRecord(handover.record);
  });
}

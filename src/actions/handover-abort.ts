import { abortHandover } from '../handover/abort.js';
import { openHandover } from '../handover/handover.js';
import { fail } from '../support/errors.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import { type HandoverStatus, handoverStatus } from './handover-status.js';
import { openSession } from './session.js';

/** Walks back from any state before ACTIVATED. Throws E5101 (exit 7) from there on, and when nothing was begun. */
export async function abort(context: Context): Promise<HandoverStatus> {
  const session = await openSession(context);
  const { world } = session;
  if ((await handoverStatus(world)).state === 'NONE') {
    throw fail('E5101', `No handover of ${world.sovereign.spec.fqdn} was begun.`, {
      actions: ['catalyst handover plan'],
    });
  }
  const step = { id: '#317', title: 'handover aborted', phase: 7, ticket: '#317' };
  await actAlone(session, step, async (stepContext) => abortHandover(await openHandover(world, stepContext)));
  return handoverStatus(world);
}

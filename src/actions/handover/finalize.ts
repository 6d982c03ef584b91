/** `handover finalize`: PREPARED … REVOKED; the step asks for the confirmation before the point of no return. */
import { finalizeHandover as finalizeHandoverStep } from '../../handover/steps/finalize.js';
import type { World } from '../../world/world.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';
import type { StepsRun } from '../session/run-steps.js';
import { type HandoverStatus, handoverStatus } from './status.js';

export interface HandoverDone extends HandoverStatus {
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
  /** Why nothing was done, where all of it was done before. */
  nothingToDo?: string;
}

export async function finalizeHandover(
  context: Context,
  { confirm, force }: { confirm?: string; force?: string },
): Promise<HandoverDone> {
  const world = await context.world();
  const step = finalizeHandoverStep(world, { keepRetained: true });
  const inputs = { command: 'handover finalize' };
  const run = await confirmedRun(context, (session) => runOne(session, step, { inputs, force }), { confirm });
  return handoverDone(world, run);
}

/** Where the handover stands now, after a run of one step, or a dry-run of it. */
export async function handoverDone(
  world: World,
  { mutations, doneBefore }: Pick<StepsRun, 'mutations' | 'doneBefore'>,
): Promise<HandoverDone> {
  const planned = mutations?.map(({ sentence }) => sentence);
  const nothingToDo = doneBefore?.[0]?.reason;
  return {
    ...(await handoverStatus(world)),
    ...(planned ? { mutations: planned } : {}),
    ...(nothingToDo === undefined ? {} : { nothingToDo }),
  };
}

/** `handover finalize`: PREPARED … REVOKED, with the confirmation before the point of no return. */
import { isCrossing, readRecord } from '../handover/record.js';
import { finaliseHandover } from '../handover/step-finalise.js';
import { makePlan } from '../phases/plan.js';
import type { Mutation } from '../phases/step.js';
import { actAlone } from './act-alone.js';
import type { Context } from './context.js';
import { type HandoverStatus, handoverStatus } from './handover-status.js';
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
  const world = await context.world();
  const session = await openSession(context);
  const step = finaliseHandover(world, { keepRetained: true });
  const inputs = async () => ({ spec: world.sovereign, tree: (await world.tree()).hash });
  if (context.options.dryRun) {
    const { mutations } = await makePlan([step], await inputs(), world.signal);
    return { ...(await handoverStatus(world)), mutations: reportMutations(context, mutations) };
  }
  const what = 'This hands over past the point of no return';
  // A wrong name is refused whether or not a step will ask.
  const given =
    options.confirm === undefined ? undefined : await context.confirmInRun({ what, confirm: options.confirm });
  await requireProven(session, '#317', options.force);
  const record = await readRecord(world);
  if (!record || !isCrossing(record)) session.confirm = given ?? (await context.confirmInRun({ what }));
  const plan = await makePlan([step], await inputs(), world.signal);
  await actAlone(session, step, (stepContext) => step.run(stepContext), plan.hash);
  return handoverStatus(world);
}

/** For a dry-run: each change as a note, and all of them for the result. */
export function reportMutations(context: Context, mutations: readonly Mutation[]): string[] {
  const sentences = mutations.map(({ sentence }) => sentence);
  for (const sentence of sentences) context.output.note(`would ${sentence}`);
  return sentences;
}

/**
 * D22: for a while no Pod of the Sovereign gets out but to a short list, and everything reconciles and pulls. The window runs at the highest
 * grade that the static scan leaves possible; one that fails is followed by one of the grade below, down to L1, which decides.
 */

import { type Grade, grades, type PossibleGrade } from '../../scans/grade.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Answer } from '../dod/item.js';
import { type EgressSeen, type EgressWorld, judgeEgress, provenBy } from './egress/judge-egress.js';
import { egressWindow } from './egress/window.js';
import { liftBlock, requireFree } from './egress-life.js';
import { ownImage } from './egress-ways.js';

export interface EgressOptions {
  windowMs: number;
  lab: boolean;
  /** What the static scan leaves possible. */
  possible: PossibleGrade;
}

export async function blockEgress(
  world: World,
  context: StepContext,
  { windowMs, lab, possible }: EgressOptions,
): Promise<Answer> {
  const kube = await world.kube();
  const image = await ownImage(kube);
  const judging: EgressWorld = { sovereign: world.sovereign, lab };
  await requireFree(world, kube);
  await liftBlock(kube, context);
  const limit = limitOf(possible);
  const seen: EgressSeen = { windows: [], ...(limit ? { limit } : {}) };
  for (const grade of fromHighest(possible.grade ?? 'L1')) {
    seen.windows.push(await egressWindow(world, context, { kube, image, grade, windowMs }));
    const { grade: proven, why } = provenBy(seen, judging);
    if (proven !== undefined || seen.windows.at(-1)!.shared) break;
    context.progress.output(`the window of ${grade} did not prove it: ${why[0]}`);
  }
  return { ...judgeEgress(seen, judging), evidence: seen };
}

const fromHighest = (highest: Grade) => grades.slice(0, grades.indexOf(highest) + 1).toReversed();

const limitOf = ({ next, blockers }: PossibleGrade): string | undefined =>
  next === undefined ? undefined : `the scan rules ${next} out: ${blockers[0]}`;

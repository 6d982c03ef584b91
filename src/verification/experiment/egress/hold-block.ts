/** What every egress block is made with: the run that makes it, the moment at which the cluster lifts it, and a watch that ends the work before. */
import { holderOf } from '../../../handover/mother/hold-mother.js';
import { watchDeadline } from '../../../handover/mother/undo/watch-deadline.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { tooLate } from '../egress-life.js';
import type { BlockRun } from '../egress-objects.js';
import { biteMs } from '../egress-ways.js';

export interface HeldBlock {
  run: BlockRun;
  /** After which the cluster lifts it, counted from when it is armed. */
  seconds: number;
  /** Of the context, and aborted shortly before the cluster lifts the block. */
  signal: AbortSignal;
  /** Throws E5025 when it is too late. */
  check(): void;
  close(): void;
}

/** Begins now: nothing that waits for a person comes after it. @param workMs the longest time in which the block is needed */
export function holdBlock(world: World, { signal }: Pick<StepContext, 'signal'>, workMs: number): HeldBlock {
  const seconds = Math.ceil((workMs + biteMs) / 1000);
  const until = new Date(world.clock.now().getTime() + seconds * 1000);
  const watch = watchDeadline(world, seconds, () => tooLate(until));
  return {
    ...{ run: { ...holderOf(world), until }, seconds },
    signal: AbortSignal.any([signal, watch.signal]),
    check: watch.check,
    close: watch.close,
  };
}

/** The denied outside of a black start: the block of D22, armed to lift itself, that is in force before the power goes and still after the start. */
import type { Grade } from '../../scans/grade.js';
import { runProbe } from '../../walk/probes/probe-job.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import {
  type CanaryLook,
  canaryProbe,
  deniedCanaries,
  knownAddresses,
  openIn,
  outsideResolvers,
} from '../experiment/egress/canaries.js';
import { denialAt, deny, sharedIn, telling } from '../experiment/egress/deny.js';
import type { HeldBlock } from '../experiment/egress/hold-block.js';
import { liftBlock, requireFree } from '../experiment/egress-life.js';
import { ownImage, untilBlocked } from '../experiment/egress-ways.js';
import type { BlockSeen } from './seen.js';

export interface Outside extends Pick<BlockSeen, 'grade' | 'hosts' | 'allowed' | 'before'> {
  /** Addresses that the mother and the list have in common: a block could not tell the two sides apart. */
  shared: string[];
  /** What a Pod reaches now. */
  look(): Promise<CanaryLook>;
  /** Resolves with what a Pod reaches when it is in force, or with the last look when it never is. */
  deny(): Promise<CanaryLook>;
  /** Does nothing where there is none of this run. */
  allow(): Promise<void>;
}

/** Looks at the outside before it is denied; throws E5024 while the block of another run is there. */
export async function openOutside(
  world: World,
  context: StepContext,
  { held: { run, seconds }, grade }: { held: HeldBlock; grade: Grade },
): Promise<Outside> {
  const kube = await world.kube();
  const image = await ownImage(kube);
  await requireFree(world, kube);
  await liftBlock(kube, context);
  const denial = await denialAt(world, kube, grade, context.signal);
  const { denied, allowed } = denial;
  const tried = deniedCanaries(denied, allowed);
  const lookAt = (hosts: readonly string[], known: Readonly<Record<string, string>> = {}) =>
    runProbe<CanaryLook>(kube, context, canaryProbe(image, { hosts, known, resolvers: outsideResolvers }));
  const before = await lookAt(tried);
  const hosts = telling(tried, denial, before);
  const look = () => lookAt(hosts, knownAddresses(before));
  return {
    ...{ grade, hosts, allowed, before, look },
    shared: sharedIn(denial, before),
    async deny() {
      await deny(context, { kube, run, image, seconds, denied, allowed });
      return untilBlocked(world, context, look, (seen) => openIn(seen, hosts));
    },
    allow: () => liftBlock(kube, context.undo, run.runId),
  };
}

/**
 * The other side of the kill: while catalyst-api is dead, no Pod of the Sovereign finds a way to the mother at all. The cut lifts itself
 * like the block of D22, is seen to bite before the fault, and is lifted after the undo.
 */
import type { Mutation } from '../../engine/mutation.js';
import { formatDuration } from '../../support/durations.js';
import { probeJobMutations, runProbe } from '../../walk/probes/probe-job.js';
import { probePullSecret } from '../../walk/probes/pull-secret.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { openovaNames } from './egress/allow-list.js';
import { holdBlock } from './egress/hold-block.js';
import { armExpiry, egressMutations, liftBlock, mutations, requireFree } from './egress-life.js';
import { denyPolicy, expiryObjects, type Reach, reachProbe } from './egress-objects.js';
import { namesObject, ownAddresses, ownImage, reached, untilBlocked, waysToMother } from './egress-ways.js';
import type { CutSeen } from './judge/cut.js';

/** How much longer than the work the armed expiry waits. */
const graceMs = 300_000;

/** Plan of `withCut`. */
export const cutMutations: readonly Mutation[] = [...probeJobMutations(reachProbe('', [])), ...egressMutations];

/**
 * Does `work` while no Pod of the Sovereign reaches the mother. Where that cannot be, the work is done all the same, and the answer says
 * why. Throws E5024 while the cut of another run is there, E5025 when the cluster has lifted this one meanwhile.
 * @param workMs the longest time for the work
 */
export async function withCut(
  world: World,
  context: StepContext,
  workMs: number,
  work: (context: StepContext) => Promise<void>,
): Promise<CutSeen | { none: string }> {
  const { act, progress } = context;
  const kube = await world.kube();
  const image = await ownImage(kube);
  const ways = await waysToMother(world);
  // what the spec asks for is what is denied; D22 tries whatever more the scan leaves possible
  const isMore = world.sovereign.spec.independence.grade !== 'L1';
  const hosts = [...ways.hosts, ...(isMore ? openovaNames(world.sovereign) : [])];
  const look = () => runProbe<Reach>(kube, context, reachProbe(image, hosts));
  await requireFree(world, kube);
  await liftBlock(kube, context);
  const before = await look();
  const found = Object.values(before.hosts).flatMap((host) => host.addresses);
  const addresses = [...new Set([...ways.addresses, ...found])].sort();
  const own = await ownAddresses(kube);
  const shared = addresses.filter((address) => own.includes(address));
  const why =
    reached(before).length === 0
      ? 'no Pod of the Sovereign reaches the mother to begin with'
      : shared.length > 0
        ? `the mother and the Sovereign share ${shared.join(', ')}`
        : undefined;
  if (why !== undefined) {
    await work(context);
    return { none: why };
  }
  const held = holdBlock(world, context, workMs + graceMs);
  const { run, seconds, signal } = held;
  let during: Reach | undefined;
  try {
    const pullSecret = (await probePullSecret(kube))?.metadata.name;
    await armExpiry(kube, context, expiryObjects({ ...run, image, seconds, pullSecret }));
    const force = { forceConflicts: true };
    await act(mutations.forget, async (writers) =>
      (await writers.sovereign()).apply([namesObject(hosts, run.runId)], force),
    );
    await act(mutations.deny, async (writers) =>
      (await writers.sovereign()).apply([denyPolicy(run, addresses)], force),
    );
    during = await untilBlocked(world, { ...context, signal }, look, stillReached);
    progress.output(`the Sovereign is cut off from the mother for at most ${formatDuration(seconds * 1000)}`);
    await work({ ...context, signal });
    held.check();
  } finally {
    held.close();
    await liftBlock(kube, context.undo, run.runId);
  }
  return { hosts, addresses, before, during };
}

function stillReached(seen: Reach): string[] {
  const left = reached(seen);
  return left.length === 0 ? [] : [`${left.join(', ')} can still be reached`];
}

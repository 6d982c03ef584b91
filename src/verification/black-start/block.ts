/** The denied outside of a black start: the block of D22, armed to lift itself, that is in force before the power goes and still after the start. */
import { holderOf } from '../../handover/mother/hold-mother.js';
import { runProbe } from '../../walk/probes/probe-job.js';
import { probePullSecret } from '../../walk/probes/pull-secret.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { upstream } from '../experiment/egress-block.js';
import { armExpiry, liftBlock, mutations, requireFree } from '../experiment/egress-life.js';
import { type BlockRun, denyPolicy, expiryObjects, type Reach, reachProbe } from '../experiment/egress-objects.js';
import { namesObject, ownAddresses, ownImage, reached, untilCut, waysToMother } from '../experiment/egress-ways.js';

export interface Outside {
  hosts: string[];
  addresses: string[];
  before: Reach;
  /** What a Pod reaches now. */
  look(): Promise<Reach>;
  /** Resolves with what a Pod reaches when it is in force. */
  deny(): Promise<Reach>;
  /** Does nothing where there is none of this run. */
  allow(): Promise<void>;
}

/** Looks at the outside before it is denied; throws E5024 while the block of another run is there. */
export async function openOutside(world: World, context: StepContext, seconds: number): Promise<Outside> {
  const kube = await world.kube();
  const image = await ownImage(kube);
  const ways = await waysToMother(world);
  const hosts = [...ways.hosts, ...upstream];
  const look = () => runProbe<Reach>(kube, context, reachProbe(image, hosts));
  await requireFree(world, kube);
  await liftBlock(kube, context);
  const before = await look();
  const found = Object.values(before.hosts).flatMap((host) => host.addresses);
  const own = new Set(await ownAddresses(kube));
  const addresses = [...new Set([...ways.addresses, ...found])].filter((address) => !own.has(address)).sort();
  const until = new Date(world.clock.now().getTime() + seconds * 1000);
  const run: BlockRun = { ...holderOf(world), until };
  const force = { forceConflicts: true };
  return {
    ...{ hosts, addresses, before, look },
    async deny() {
      if (reached(before).length === 0) return before;
      const pullSecret = (await probePullSecret(kube))?.metadata.name;
      await armExpiry(kube, context, expiryObjects({ ...run, image, seconds, pullSecret }));
      await context.act(mutations.forget, async (writers) =>
        (await writers.sovereign()).apply([namesObject(hosts, run.runId)], force),
      );
      await context.act(mutations.deny, async (writers) =>
        (await writers.sovereign()).apply([denyPolicy(run, addresses)], force),
      );
      return untilCut(world, context, look);
    },
    allow: () => liftBlock(kube, context.undo, run.runId),
  };
}

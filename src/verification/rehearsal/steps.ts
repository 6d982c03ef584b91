/** What a rehearsal does beyond the walk: takes the state that it ended in, wipes it, proves that nothing is left, signs that. */
import type { Done, Evidence } from '../../engine/step.js';
import { resourceTypes } from '../../hetzner/api/types.js';
import { planBuckets } from '../../hetzner/purge/plan/buckets.js';
import { makePurgePlan } from '../../hetzner/purge/plan/plan.js';
import type { PurgePlan } from '../../hetzner/purge/plan/purge-plan.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import { waitUntil } from '../../support/wait.js';
import { keptZone } from '../../walk/delegation/kept-zone.js';
import { restoreZone } from '../../walk/delegation/restore-zone.js';
import { deletePlanned, purgeMutations } from '../../walk/steps/apply-purge-plan.js';
import { destroyCluster } from '../../walk/steps/destroy-cluster.js';
import { bucketSelection } from '../../world/bucket-selection.js';
import { unfinishedPurgesOf } from '../../world/journal/unfinished-purges.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { verifyDod } from '../dod/step.js';
import { rehearsalSteps as ids } from './cycle.js';
import { type Listing, orphansIn, takeListing } from './listing.js';

/** After the walk, so that the screen shows them last. */
const phase = 8;
const never = async (): Promise<Done> => ({ done: false });
/** Listings of Hetzner and of Object Storage show a deletion a moment later. */
const settleMs = 120_000;

export interface Wiping {
  steps: Step[];
  /** As the proof that nothing is left took it. */
  listing(): Listing | undefined;
}

/** `walk`: the steps that are rehearsed; with all of phases 0 to 6 the state that they end in is taken (D1). */
export function wipingSteps(world: World, walk: readonly Step[], whole: boolean): Wiping {
  const { fqdn } = world.sovereign.spec;
  const walked = walk.map(({ id }) => id);
  const taken = verifyDod(world, { only: ['D1'], steps: () => walk });
  const state: Step = { ...taken, id: ids.state, title: `State of ${fqdn} taken (D1)`, phase, needs: walked };
  const destroy = destroyCluster(world, { zones: true, snapshots: true, unprotect: [] }).step;
  const names = removeNames(world, whole ? [ids.state] : walked);
  const orphans = nothingLeft(world);
  return {
    steps: [
      ...(whole ? [state] : []),
      names,
      { ...destroy, id: ids.destroy, phase, needs: [ids.names] },
      removeBuckets(world),
      orphans.step,
    ],
    listing: orphans.listing,
  };
}

/** First, so that the parent refers to no address that is given to somebody else in the meantime. */
function removeNames(world: World, needs: readonly string[]): Step {
  const { fqdn } = world.sovereign.spec;
  const restoring = restoreZone(world);
  const wasWritten = async () => {
    const { zones, parent } = await keptZone(world);
    return parent !== undefined || zones.length > 0;
  };
  return {
    ...restoring,
    id: ids.names,
    title: `Delegation of ${fqdn} removed`,
    phase,
    needs,
    plan: async (signal) => ((await wasWritten()) ? restoring.plan(signal) : []),
    isDone: async (context) =>
      (await wasWritten()) ? restoring.isDone(context) : { done: true, reason: 'it was never delegated' },
    proof: async (context) =>
      (await wasWritten())
        ? restoring.proof(context)
        : { summary: `nothing was written for ${fqdn} in its parent zone`, facts: {} },
  };
}

/** By their markers alone; also what Hetzner has of the name beside the cluster. */
function removeBuckets(world: World): Step {
  const { fqdn } = world.sovereign.spec;
  const look = async (): Promise<PurgePlan> => {
    const selection = { fqdn, includeLive: true, zones: true, snapshots: true, unprotect: [] };
    const [store, key] = [await world.objectStore(), await world.credentials.get('s3-access-key')];
    return makePurgePlan(await world.hetzner(), selection, world.clock.now(), {
      unfinished: unfinishedPurgesOf(world).plans(),
      buckets: () => planBuckets(store, key, bucketSelection(world, false)),
    });
  };
  let removed = 0;
  return {
    id: ids.buckets,
    title: `Buckets of ${fqdn} deleted`,
    phase,
    needs: [ids.destroy],
    limits: ['upload'],
    destructive: `deletes the buckets of ${fqdn} with all that is in them`,
    plan: async () => purgeMutations(await look()),
    isDone: never,
    async run(context) {
      removed = (await deletePlanned(world, context, await look())).deleted.length;
    },
    async proof(): Promise<Evidence> {
      const plan = await look();
      const left = [...(plan.buckets?.rows ?? []), ...plan.resources].filter(({ selected }) => selected);
      if (left.length > 0) throw fail('E4009', `Of ${fqdn} there is still ${left.map(({ name }) => name).join(', ')}.`);
      return { summary: `${removed} buckets and other resources of ${fqdn} deleted`, facts: { removed } };
    },
  };
}

function nothingLeft(world: World): { step: Step; listing(): Listing | undefined } {
  const { fqdn } = world.sovereign.spec;
  let listing: Listing | undefined;
  const look = async (): Promise<string[]> => {
    listing = world.redactor.clean(await takeListing(world));
    return orphansIn(listing, fqdn);
  };
  const step: Step = {
    id: ids.orphans,
    title: `Nothing left of ${fqdn}: Hetzner, buckets, DNS, mother`,
    phase,
    needs: [ids.buckets],
    plan: async () => [],
    isDone: never,
    async run({ signal, progress }) {
      await waitUntil({
        reason: `nothing left of ${fqdn}`,
        timeoutMs: settleMs,
        clock: world.clock,
        signal,
        pauseMs: 1000,
        onPending: progress.waiting,
        look: async () => {
          const left = await look();
          return left.length === 0 ? { done: true } : { pending: `still there: ${left.join('; ')}` };
        },
      });
    },
    async proof(): Promise<Evidence> {
      const left = await look();
      if (left.length > 0 || !listing)
        throw fail('E4009', `Of ${fqdn}, which was wiped, there is still: ${left.join('; ')}.`, {
          actions: [command('purge plan', { sovereign: fqdn, buckets: true })],
        });
      const { hetzner, buckets } = listing;
      return {
        summary: `nothing of ${fqdn} among ${hetzner.length} resources of ${resourceTypes.length} kinds at Hetzner and ${buckets.length} buckets, in its parent zone, in the pool or on the mother`,
        facts: { listing: hashOf(listing), resources: hetzner.length, buckets: buckets.length },
      };
    },
  };
  return { step, listing: () => listing };
}

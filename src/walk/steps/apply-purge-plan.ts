/** Deletes at Hetzner exactly what one purge plan selects, looked at again just before, and lists the project afterwards. */

import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { sovereignLabel } from '../../hetzner/names.js';
import { applyPurge, assertStillSelected, type PurgeResult } from '../../hetzner/purge/apply/apply.js';
import { applyBuckets, type BucketResult, bucketMutations } from '../../hetzner/purge/apply/buckets.js';
import { deletionSentences } from '../../hetzner/purge/apply/delete-one.js';
import { assertBucketsStillSelected, type BucketPlan } from '../../hetzner/purge/plan/buckets.js';
import { takeInventory } from '../../hetzner/purge/plan/inventory.js';
import { type PurgePlan, planFile } from '../../hetzner/purge/plan/purge-plan.js';
import type { UnfinishedPurges } from '../../hetzner/purge/plan/unfinished.js';
import { isLive } from '../../hetzner/purge/select/select.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { bucketSelection } from '../../world/bucket-selection.js';
import { unfinishedPurgesOf } from '../../world/journal/unfinished-purges.js';
import type { Act, Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { provenOfCluster } from '../wbs.js';

export interface Applying {
  step: Step;
  /** What was deleted and what was not; undefined before the step has run. */
  result(): PurgeResult | undefined;
}

export function applyPurgePlan(world: World, plan: PurgePlan): Applying {
  let result: PurgeResult | undefined;
  const step: Step = {
    id: 'purge-apply',
    title: 'Hetzner: resources selected by the purge plan deleted',
    phase: 0,
    needs: [],
    ticket: '#370',
    limits: ['hetzner'],
    ...(destroys(plan) ? { destructive: destroys(plan) } : {}),
    ...(endsCluster(plan) ? { voids: provenOfCluster } : {}),

    async plan() {
      assertStillSelected(plan, await takeInventory(await world.hetzner()), unfinishedPurgesOf(world).plans());
      return purgeMutations(plan);
    },

    // The plan was made for one moment: what it selects is looked at again, resource by resource.
    isDone: async (): Promise<Done> => ({ done: false }),

    async run(context) {
      await world.requireProject?.();
      result = await deletePlanned(world, context, plan);
    },

    proof: async () => purgeEvidence(result!),
  };
  return { step, result: () => result };
}

/** A clause after "This"; undefined when nothing is selected. */
function destroys(plan: PurgePlan): string | undefined {
  const resources = plan.resources.filter(({ selected }) => selected).length;
  const buckets = (plan.buckets?.rows ?? []).filter(({ selected }) => selected).length;
  if (resources + buckets === 0) return undefined;
  const also = buckets > 0 ? ` and ${buckets} buckets` : '';
  return `deletes ${resources} resources${also} of ${plan.selection.fqdn} at Hetzner, with their data`;
}

/** Whether no server of the cluster is left afterwards. */
function endsCluster({ resources, selection: { fqdn } }: PurgePlan): boolean {
  const servers = resources.filter(({ type, labels }) => type === 'server' && labels[sovereignLabel] === fqdn);
  return servers.length > 0 && servers.every(({ selected }) => selected);
}

/** What goes by itself with something else has no change of its own. */
export function purgeMutations(plan: PurgePlan): Mutation[] {
  const chosen = plan.resources.filter(({ selected, goesWith }) => selected && !goesWith);
  return [
    ...chosen.flatMap((row) =>
      deletionSentences(row).map((sentence) => mutationOf({ kind: row.type, name: row.name, sentence })),
    ),
    ...bucketMutations(plan.buckets),
  ];
}

/** @throws E2001 when something that was selected is still there, with the result; E2010 before the first deletion */
export async function deletePlanned(world: World, context: StepContext, plan: PurgePlan): Promise<PurgeResult> {
  const { act, progress, signal } = context;
  const api = await world.hetzner();
  const unfinished = unfinishedPurgesOf(world);
  if (plan.buckets) {
    await assertOurBuckets(world, plan, plan.buckets, unfinished);
    unfinished.keep(plan);
  }
  const tools = { api, clock: world.clock, signal, act, unfinished, onWaiting: progress.waiting };
  let result = await applyPurge(tools, plan);
  if (plan.buckets) {
    result = withBuckets(result, await deleteBuckets(world, plan, plan.buckets, act));
    if (result.left.length + result.skipped.length === 0) unfinished.forget(plan);
  }
  requireComplete(result, plan.selection.fqdn);
  return result;
}

async function assertOurBuckets(
  world: World,
  plan: PurgePlan,
  buckets: BucketPlan,
  unfinished: UnfinishedPurges,
): Promise<void> {
  const { fqdn, includeLive } = plan.selection;
  const live = !includeLive && isLive(await takeInventory(await world.hetzner()), fqdn);
  const earlier = unfinished.plans().flatMap((one) => one.buckets?.rows ?? []);
  await assertBucketsStillSelected(buckets, await world.objectStore(), bucketSelection(world, live), earlier);
}

async function deleteBuckets(world: World, plan: PurgePlan, buckets: BucketPlan, act: Act): Promise<BucketResult> {
  const store = await world.objectStore();
  const { fqdn } = plan.selection;
  const tools = { store, signal: world.signal, act, fqdn, plannedAt: plan.at, plan: plan.hash };
  return applyBuckets(tools, buckets);
}

function withBuckets(purged: PurgeResult, { deleted, skipped, left }: BucketResult): PurgeResult {
  const row = (name: string) => ({ type: 'bucket', id: name, name });
  return {
    ...purged,
    deleted: [...purged.deleted, ...deleted.map(row)],
    skipped: [...purged.skipped, ...skipped.map(({ name, reason }) => ({ ...row(name), reason }))],
    left: [...purged.left, ...left.map(({ name, reason }) => ({ ...row(name), reason }))],
  };
}

function requireComplete(result: PurgeResult, fqdn: string): void {
  const trouble = [
    ...result.left.map(({ type, name, reason }) => `${type} ${name} is still there (${reason})`),
    ...result.missing.map(
      ({ type, name }) => `${type} ${name} was not selected and is gone; catalyst did not delete it`,
    ),
  ];
  if (trouble.length === 0) return;
  throw fail('E2001', `The purge is incomplete: ${trouble.join('; ')}.`, {
    actions: [command('purge plan', { out: planFile }), command('purge apply', planFile, { confirm: fqdn })],
    data: { result },
  });
}

export function purgeEvidence({ deleted, skipped, leaks, requests }: PurgeResult): Evidence {
  const open = skipped.length + leaks.length;
  return {
    summary: `${deleted.length} deleted, ${skipped.length} skipped; a fresh listing shows nothing of the plan (${requests} requests)`,
    facts: { deleted: deleted.length, skipped: skipped.length, notInPlan: leaks.length, complete: open === 0 },
  };
}

/** #370, second half: deletes exactly what a saved plan names, and looks again. */
import { readFileSync, statSync } from 'node:fs';
import type { Change } from '../hetzner/change.js';
import { applyPurge, assertStillSelected, type PurgeResult } from '../hetzner/purge/apply.js';
import { applyBuckets, type BucketResult, bucketSentences } from '../hetzner/purge/apply-buckets.js';
import { assertBucketsStillSelected, assertSameAccount, type BucketPlan } from '../hetzner/purge/buckets.js';
import { deletionSentences } from '../hetzner/purge/delete-one.js';
import { takeInventory } from '../hetzner/purge/inventory.js';
import { assertApplicable, type PurgePlan, parsePurgePlan } from '../hetzner/purge/plan.js';
import { isLive } from '../hetzner/purge/select.js';
import { hetznerChange } from '../phases/hetzner-gate.js';
import { unfinishedPurgesOf } from '../phases/unfinished-purges.js';
import type { World } from '../phases/world.js';
import { fail } from '../support/errors.js';
import type { Context } from './context.js';
import { bucketSelection } from './purge-plan.js';
import { openSession } from './session.js';
import { withGate } from './with-gate.js';

export interface PurgeLimits {
  max: number;
  maxAgeMs: number;
  confirm?: string;
}

export interface PurgeApplied extends PurgeResult {
  /** Only in a dry-run: what would have been done. */
  mutations?: string[];
}

export async function purgeApply(context: Context, file: string, limits: PurgeLimits): Promise<PurgeApplied> {
  const plan = readPlan(file);
  const world = await context.world();
  const { fqdn } = world.sovereign.spec;
  if (plan.selection.fqdn !== fqdn) {
    throw fail('E4005', `The plan is for ${plan.selection.fqdn}, the spec for ${fqdn}.`, {
      actions: ['catalyst purge plan'],
    });
  }
  const api = await world.hetzner();
  assertApplicable(plan, api, { now: context.clock.now(), ...limits });
  if (plan.buckets)
    assertSameAccount(plan.buckets, await world.objectStore(), await world.credentials.get('s3-access-key'));
  return applyPlan(context, plan, limits.confirm);
}

/** Applies a plan that is known to be for this project. Shared with `cluster destroy`. */
export async function applyPlan(context: Context, plan: PurgePlan, confirm: string | undefined): Promise<PurgeApplied> {
  const chosen = plan.resources.filter(({ selected }) => selected);
  const mutations = [
    ...chosen.filter(({ goesWith }) => !goesWith).flatMap(deletionSentences),
    ...bucketSentences(plan.buckets),
  ];
  if (context.options.dryRun) {
    const world = await context.world();
    assertStillSelected(plan, await takeInventory(await world.hetzner()), unfinishedPurgesOf(world).plans());
    for (const sentence of mutations) context.output.note(`would ${sentence}`);
    return { deleted: [], skipped: [], left: [], leaks: [], missing: [], requests: 0, mutations };
  }
  const buckets = (plan.buckets?.rows ?? []).filter(({ selected }) => selected).length;
  if (confirm === undefined) for (const sentence of mutations) context.output.note(`will ${sentence}`);
  const also = buckets > 0 ? ` and ${buckets} buckets` : '';
  const what = `This deletes ${chosen.length} resources${also} of ${plan.selection.fqdn} at Hetzner, with their data`;
  if (chosen.length + buckets > 0) await context.confirmByName({ what, confirm });
  const world = await context.world();
  const api = await world.hetzner();
  const session = await openSession(context);
  const unfinished = unfinishedPurgesOf(world);
  const result = await withGate(session, { id: '#370', phase: 0, ticket: '#370' }, async (act) => {
    const change = told(context, hetznerChange(act));
    if (plan.buckets) {
      await assertOurBuckets(world, plan, plan.buckets, unfinished.plans());
      unfinished.keep(plan);
    }
    const purged = await applyPurge(
      {
        api,
        clock: world.clock,
        signal: world.signal,
        change,
        unfinished,
        onWaiting: (reason) => context.output.note(`waiting: ${reason}`),
      },
      plan,
    );
    if (!plan.buckets) return purged;
    const result = withBuckets(purged, await purgeBuckets(world, plan, plan.buckets, change));
    if (result.left.length + result.skipped.length === 0) unfinished.forget(plan);
    return result;
  });
  for (const { type, name, reason } of result.skipped) context.output.warn(`skipped ${type} ${name}: ${reason}`);
  for (const { type, name, reason } of result.leaks)
    context.output.warn(`not in the plan: ${type} ${name} (${reason})`);
  const trouble = [
    ...result.left.map(({ type, name, reason }) => `${type} ${name} is still there (${reason})`),
    ...result.missing.map(({ type, name }) => `${type} ${name} was not selected and is gone; not by catalyst`),
  ];
  if (trouble.length === 0) return result;
  throw fail('E2001', `The purge is incomplete: ${trouble.join('; ')}.`, {
    actions: ['catalyst purge plan', `catalyst purge apply PLAN --confirm ${plan.selection.fqdn}`],
    data: { result },
  });
}

async function assertOurBuckets(
  world: World,
  plan: PurgePlan,
  buckets: BucketPlan,
  unfinished: readonly PurgePlan[],
): Promise<void> {
  const { fqdn, includeLive } = plan.selection;
  const live = !includeLive && isLive(await takeInventory(await world.hetzner()), fqdn);
  const earlier = unfinished.flatMap((one) => one.buckets?.rows ?? []);
  await assertBucketsStillSelected(buckets, await world.objectStore(), bucketSelection(world, live), earlier);
}

async function purgeBuckets(world: World, plan: PurgePlan, buckets: BucketPlan, given: Change): Promise<BucketResult> {
  const { fqdn } = plan.selection;
  const change: Change = (intended, make, recover) => given({ ...intended, plan: plan.hash }, make, recover);
  const store = await world.objectStore();
  return applyBuckets({ store, signal: world.signal, change, fqdn, plannedAt: plan.at }, buckets);
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

function told(context: Context, change: Change): Change {
  return (intended, make, recover) => {
    context.output.note(intended.sentence);
    return change(intended, make, recover);
  };
}

/** Of a project with 100,000 resources, a plan has some 50 MB. */
const maxPlanBytes = 64 * 2 ** 20;

function readPlan(file: string): PurgePlan {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    const what = found ? `${file} is not a regular file.` : `There is no plan ${file}.`;
    throw fail('E1001', what, { actions: ['catalyst purge plan --out FILE'] });
  }
  if (found.size > maxPlanBytes)
    throw fail('E4005', `${file} is not a purge plan: it has ${found.size} bytes.`, {
      actions: ['catalyst purge plan'],
    });
  return parsePurgePlan(readFileSync(file, 'utf8'), file);
}

export function purgeAppliedText(result: PurgeApplied): string {
  if (result.mutations) return `${result.mutations.length} deletions, none made (dry-run)`;
  const { deleted, skipped, leaks, requests } = result;
  const verdict = skipped.length + leaks.length === 0 ? 'clean' : 'see the warnings';
  return `${deleted.length} deleted, ${skipped.length} skipped, nothing left of the plan: ${verdict} (${requests} requests)`;
}

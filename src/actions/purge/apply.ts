/** #370, second half: deletes exactly what a saved plan names, and looks again. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Mutation } from '../../engine/mutation.js';
import { findMarkers } from '../../hetzner/marker.js';
import type { PurgeResult } from '../../hetzner/purge/apply/apply.js';
import { assertApplicable } from '../../hetzner/purge/plan/applicable.js';
import { assertSameAccount } from '../../hetzner/purge/plan/buckets.js';
import { type PurgePlan, parsePurgePlan, planFile } from '../../hetzner/purge/plan/purge-plan.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { applyPurgePlan } from '../../walk/steps/apply-purge-plan.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';

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
      actions: [command('purge plan')],
    });
  }
  const api = await world.hetzner();
  const [marker] = plan.project === api.tokenFingerprint ? [] : await findMarkers(api, fqdn);
  assertApplicable(plan, api, { now: context.clock.now(), ...limits, marker: marker?.id, file });
  if (plan.buckets)
    assertSameAccount(plan.buckets, await world.objectStore(), await world.credentials.get('s3-access-key'));
  const applying = applyPurgePlan(world, plan);
  const { confirm, max, maxAgeMs } = limits;
  const inputs = { command: 'purge apply', file: resolve(file), max, maxAgeMs };
  const run = await confirmedRun(context, (session) => runOne(session, applying.step, { inputs }), { confirm });
  return appliedResult(context, applying.result(), run.mutations);
}

/** Of a run that was made, its result with its warnings; of a dry-run, what would go. */
export function appliedResult(
  context: Context,
  result: PurgeResult | undefined,
  planned: readonly Mutation[] | undefined,
): PurgeApplied {
  if (!result) {
    const mutations = (planned ?? []).map(({ sentence }) => sentence);
    return { deleted: [], skipped: [], left: [], leaks: [], missing: [], requests: 0, mutations };
  }
  for (const { type, name, reason } of result.skipped) context.output.warn(`skipped ${type} ${name}: ${reason}`);
  for (const { type, name, reason } of result.leaks)
    context.output.warn(`not in the plan: ${type} ${name} (${reason})`);
  return result;
}

/** Of a project with 100,000 resources, a plan has some 50 MB. */
const maxPlanBytes = 64 * 2 ** 20;

function readPlan(file: string): PurgePlan {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) {
    const what = found ? `${file} is not a regular file.` : `There is no plan ${file}.`;
    throw fail('E1001', what, { actions: [command('purge plan', { out: planFile })] });
  }
  if (found.size > maxPlanBytes)
    throw fail('E4005', `${file} is not a purge plan: it has ${found.size} bytes.`, {
      actions: [command('purge plan')],
    });
  return parsePurgePlan(readFileSync(file, 'utf8'), file);
}

export function purgeAppliedText(result: PurgeApplied): string {
  if (result.mutations) return `${result.mutations.length} deletions, none made (dry-run)`;
  const { deleted, skipped, leaks, requests } = result;
  const verdict = skipped.length + leaks.length === 0 ? 'clean' : 'see the warnings';
  return `${deleted.length} deleted, ${skipped.length} skipped, nothing left of the plan: ${verdict} (${requests} requests)`;
}

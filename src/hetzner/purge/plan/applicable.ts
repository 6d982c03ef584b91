/** Whether a saved purge plan may be applied now, with this token. */
import { command } from '../../../support/commands/command.js';
import { fail } from '../../../support/errors/errors.js';
import type { HetznerApi } from '../../api/api.js';
import { type PurgePlan, planFile } from './purge-plan.js';

/** How far the clocks of two machines may differ: a plan may be applied on another one. */
const clockSkewMs = 5 * 60_000;

/** Whether a plan is for the project of this token. `marker`: what the project has now. The same token is for the same project. */
export function isOfProject(plan: PurgePlan, api: HetznerApi, marker: number | undefined): boolean {
  return plan.project === api.tokenFingerprint || (plan.marker !== undefined && plan.marker === marker);
}

/**
 * Throws E2007 for another project, E4005 for a plan that is too old, E4008 … for too many.
 * @param limits `file`: where the plan was read
 */
export function assertApplicable(
  plan: PurgePlan,
  api: HetznerApi,
  limits: { now: Date; maxAgeMs: number; max: number; marker?: number; file?: string },
): void {
  if (!isOfProject(plan, api, limits.marker)) {
    throw fail('E2007', 'The plan was made with another Hetzner token; it may be for another project.', {
      actions: [command('purge plan')],
      data: { planned: plan.project, present: api.tokenFingerprint },
    });
  }
  if (plan.endpoint !== api.endpoint) {
    throw fail('E2007', `The plan was made at ${plan.endpoint}, but the Hetzner endpoint is now ${api.endpoint}.`, {
      actions: [command('purge plan'), 'check HCLOUD_ENDPOINT'],
    });
  }
  const age = limits.now.getTime() - Date.parse(plan.at);
  if (!(age >= -clockSkewMs)) {
    throw fail('E4005', `The plan is dated ${plan.at}, which is not a time in the past.`, {
      actions: [command('purge plan'), 'check the clock of this machine'],
    });
  }
  if (!(age <= limits.maxAgeMs)) {
    throw fail('E4005', `The plan was made at ${plan.at} and is too old to be applied.`, {
      actions: [command('purge plan'), 'or --max-age 48h'],
    });
  }
  const count = [...plan.resources, ...(plan.buckets?.rows ?? [])].filter(({ selected }) => selected).length;
  if (count > limits.max) {
    throw fail('E4006', `The plan would delete ${count} resources, more than the ${limits.max} that --max allows.`, {
      actions: [command('purge apply', limits.file ?? planFile, { max: String(count) })],
      data: { count, max: limits.max },
    });
  }
}

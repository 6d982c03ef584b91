/** A purge plan: what is in the project and what would go, with a hash and what tells the project. */
import { fail } from '../../../support/errors/errors.js';
import { hashOf } from '../../../support/hash.js';
import type { HetznerApi } from '../../api/api.js';
import { isMarker } from '../../marker.js';
import { sovereignLabel } from '../../names.js';
import { isLive, type Row, type Selection, selectLeftovers } from '../select/select.js';
import type { BucketPlan } from './buckets.js';
import { type Inventory, takeInventory } from './inventory.js';
import { purgePlanSchema } from './schema.js';
import { rowsOf, withRetained } from './unfinished.js';

export interface PurgePlan {
  kind: 'catalyst-purge-plan';
  version: 1;
  /** Over everything but itself. */
  hash: string;
  /** Fingerprint of the token; Hetzner does not tell which project a token is for. */
  project: string;
  /** Id of the Sovereign's marker in the project, which stays when the token is rotated. */
  marker?: number;
  endpoint: string;
  /** ISO 8601. */
  at: string;
  selection: Selection;
  /** Of the monthly costs. */
  currency: string;
  resources: Row[];
  /** Only when buckets were asked for. */
  buckets?: BucketPlan;
}

export interface PlanSources {
  /** Receives whether a cluster of this Sovereign is live in the project. */
  buckets?: (live: boolean) => Promise<BucketPlan>;
  /** Unfinished purges of this Sovereign: evidence for what they inferred from resources that are gone. */
  unfinished?: readonly PurgePlan[];
}

export async function makePurgePlan(
  api: HetznerApi,
  choices: Selection,
  now: Date,
  { buckets, unfinished = [] }: PlanSources = {},
): Promise<PurgePlan> {
  const selection = withRetained(choices, unfinished);
  const [inventory, pricing] = await Promise.all([takeInventory(api), api.pricing()]);
  const marker = markerIn(inventory, selection.fqdn);
  const content = {
    kind: 'catalyst-purge-plan' as const,
    version: 1 as const,
    project: api.tokenFingerprint,
    ...(marker === undefined ? {} : { marker }),
    endpoint: api.endpoint,
    at: now.toISOString(),
    selection,
    currency: pricing.currency,
    resources: selectLeftovers(inventory, selection, pricing, rowsOf(unfinished)),
    ...(buckets ? { buckets: await buckets(isLive(inventory, selection.fqdn)) } : {}),
  };
  return { ...content, hash: hashOf(content) };
}

/** Text of a saved plan → the plan. Throws E4005 when it is not one or was changed by hand. */
export function parsePurgePlan(text: string, from: string): PurgePlan {
  const actions = ['catalyst purge plan --out FILE'];
  let plan: PurgePlan;
  try {
    plan = JSON.parse(text) as PurgePlan;
  } catch (cause) {
    throw fail('E4005', `${from} is not a purge plan: it is not JSON.`, { actions, cause });
  }
  const { error } = purgePlanSchema.safeParse(plan);
  if (error) {
    const { path, message } = error.issues[0]!;
    const where = path.length > 0 ? `${path.join('.')}: ` : '';
    throw fail('E4005', `${from} is not a purge plan: ${where}${message}.`, { actions });
  }
  const { hash, ...content } = plan;
  if (hash !== hashOf(content)) {
    throw fail('E4005', `${from} is not a purge plan as catalyst saved it: its content and its hash differ.`, {
      actions,
    });
  }
  return plan;
}

/** How far the clocks of two machines may differ: a plan may be applied on another one. */
const clockSkewMs = 5 * 60_000;

/** Id of the Sovereign's marker, when the project has one. */
export function markerIn(inventory: Inventory, fqdn: string): number | undefined {
  return inventory.placement_group.find(
    (group) => isMarker('placement_group', group) && group.labels[sovereignLabel] === fqdn,
  )?.id;
}

/** Whether a plan is for the project of this token. `marker`: what the project has now. The same token is for the same project. */
export function isOfProject(plan: PurgePlan, api: HetznerApi, marker: number | undefined): boolean {
  return plan.project === api.tokenFingerprint || (plan.marker !== undefined && plan.marker === marker);
}

/** Throws E2007 for another project, E4005 for a plan that is too old, E4008 … for too many. */
export function assertApplicable(
  plan: PurgePlan,
  api: HetznerApi,
  limits: { now: Date; maxAgeMs: number; max: number; marker?: number },
): void {
  if (!isOfProject(plan, api, limits.marker)) {
    throw fail('E2007', 'The plan was made with another Hetzner token; it may be for another project.', {
      actions: ['catalyst purge plan'],
      data: { planned: plan.project, present: api.tokenFingerprint },
    });
  }
  if (plan.endpoint !== api.endpoint) {
    throw fail('E2007', `The plan was made at ${plan.endpoint}, and Hetzner is now looked for at ${api.endpoint}.`, {
      actions: ['catalyst purge plan', 'check HCLOUD_ENDPOINT'],
    });
  }
  const age = limits.now.getTime() - Date.parse(plan.at);
  if (!(age >= -clockSkewMs)) {
    throw fail('E4005', `The plan claims to be of ${plan.at}, which is not a time in the past.`, {
      actions: ['catalyst purge plan', 'check the clock of this machine'],
    });
  }
  if (!(age <= limits.maxAgeMs)) {
    throw fail('E4005', `The plan was made at ${plan.at} and is too old to be applied.`, {
      actions: ['catalyst purge plan', 'or --max-age 48h'],
    });
  }
  const count = [...plan.resources, ...(plan.buckets?.rows ?? [])].filter(({ selected }) => selected).length;
  if (count > limits.max) {
    throw fail('E4006', `The plan would delete ${count} resources, more than the ${limits.max} that --max allows.`, {
      actions: [`catalyst purge apply PLAN --max ${count}`],
      data: { count, max: limits.max },
    });
  }
}

/** Makes a purge plan: reads the project, selects what is left over, and identifies the project by its token and marker. */
import { hashOf } from '../../../support/hash.js';
import type { HetznerApi } from '../../api/api.js';
import { isMarker } from '../../marker.js';
import { sovereignLabel } from '../../names.js';
import { isLive, type Selection, selectLeftovers } from '../select/select.js';
import type { BucketPlan } from './buckets.js';
import { type Inventory, takeInventory } from './inventory.js';
import type { PurgePlan } from './purge-plan.js';
import { rowsOf, withRetained } from './unfinished.js';

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

/** Id of the Sovereign's marker, when the project has one. */
export function markerIn(inventory: Inventory, fqdn: string): number | undefined {
  return inventory.placement_group.find(
    (group) => isMarker('placement_group', group) && group.labels[sovereignLabel] === fqdn,
  )?.id;
}

/** What `cluster create` would make, what it costs, and whether Hetzner sells it there now. Changes nothing. */
import { type Capacity, checkCapacity } from '../hetzner/cluster/capacity.js';
import { createClusterStep } from '../phases/steps/create-cluster.js';
import type { Context } from './context.js';

export interface ClusterPlan extends Capacity {
  fqdn: string;
  mutations: { target: string; sentence: string }[];
}

export async function clusterPlan(context: Context): Promise<ClusterPlan> {
  const world = await context.world();
  const { fqdn, hetzner } = world.sovereign.spec;
  const capacity = await checkCapacity(await world.hetzner(), hetzner);
  const mutations = await createClusterStep(world).plan(context.signal);
  for (const warning of capacity.warnings) context.output.warn(warning);
  return {
    fqdn,
    ...capacity,
    mutations: mutations.map(({ target, sentence }) => ({ target: `${target.kind} ${target.name}`, sentence })),
  };
}

export function clusterPlanText(plan: ClusterPlan): string {
  const parts = plan.parts.map(({ what, count, monthly }) => `  ${count} × ${what} at ${monthly.toFixed(2)}`);
  return [
    `${plan.fqdn} in ${plan.location} (${plan.networkZone}), a month, with tax:`,
    ...parts,
    `  together ${plan.monthly.toFixed(2)} ${plan.currency}`,
    plan.mutations.length === 0 ? 'Everything is there.' : `To do (${plan.mutations.length}):`,
    ...plan.mutations.map(({ sentence }) => `  ${sentence}`),
  ].join('\n');
}

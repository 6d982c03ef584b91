/** What `cluster create` would make, what it costs, and whether Hetzner sells it there now. Changes nothing. */
import { type Capacity, checkCapacity } from '../../hetzner/cluster/capacity/capacity.js';
import { findOwnResource } from '../../hetzner/cluster/ensure.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { command } from '../../support/commands/command.js';
import { isCatalystError } from '../../support/errors/errors.js';
import { createClusterStep } from '../../walk/steps/create-cluster.js';
import type { World } from '../../world/world.js';
import type { Context } from '../session/context.js';

export interface ClusterPlan extends Capacity {
  fqdn: string;
  mutations: { target: string; sentence: string }[];
}

export async function clusterPlan(context: Context): Promise<ClusterPlan> {
  const world = await context.world();
  const { spec } = world.sovereign;
  const { fqdn } = spec;
  const capacity = await checkCapacity(await world.hetzner(), spec, world.clock.now());
  const mutations = await createClusterStep(world).plan(context.signal);
  const conflicts = await namesTaken(world);
  for (const warning of [...capacity.warnings, ...conflicts]) context.output.warn(warning);
  return {
    fqdn,
    ...capacity,
    mutations: mutations.map(({ target, sentence }) => ({ target: `${target.kind} ${target.name}`, sentence })),
  };
}

/** Things under our names that catalyst did not make: `create` would refuse. */
async function namesTaken(world: World): Promise<string[]> {
  const api = await world.hetzner();
  const { fqdn } = world.sovereign.spec;
  const taken = await Promise.all(
    clusterParts(world.sovereign).all.map(({ type, name }) =>
      findOwnResource(api, fqdn, type, name).then(
        () => [],
        (error: unknown) => {
          if (!isCatalystError(error, 'E2006')) throw error;
          return [`${error.message} ${command('purge plan')} shows whether it can be deleted.`];
        },
      ),
    ),
  );
  return taken.flat();
}

export function clusterPlanText(plan: ClusterPlan): string {
  const parts = plan.parts.map(({ what, count, monthly }) => `  ${count} × ${what} at ${monthly.toFixed(2)}`);
  return [
    `${plan.fqdn} in ${plan.location} (${plan.networkZone}) per month, including tax:`,
    ...parts,
    `  together ${plan.monthly.toFixed(2)} ${plan.currency}`,
    plan.mutations.length === 0 ? 'Everything exists.' : `To do (${plan.mutations.length}):`,
    ...plan.mutations.map(({ sentence }) => `  ${sentence}`),
  ].join('\n');
}

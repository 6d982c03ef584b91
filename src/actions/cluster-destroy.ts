/** Takes the cluster down: what controllers made first, while they still live, then everything with the Sovereign's label. */
import { makePurgePlan, type PurgePlan } from '../hetzner/purge/plan.js';
import type { Selection } from '../hetzner/purge/select.js';
import type { World } from '../phases/world.js';
import type { Context } from './context.js';
import { drainCluster } from './drain-cluster.js';
import { applyPlan, type PurgeApplied } from './purge-apply.js';
import type { PurgeChoices } from './purge-plan.js';

const made = ['sovereign-kubeconfig', 'ssh-private-key', 'ssh-host-key', 'k3s-token'] as const;

export interface ClusterDestroyed extends PurgeApplied {
  planHash: string;
}

export async function clusterDestroy(
  context: Context,
  choices: Omit<PurgeChoices, 'includeLive' | 'buckets'> & { confirm?: string },
): Promise<ClusterDestroyed> {
  const world = await context.world();
  const { fqdn } = world.sovereign.spec;
  const { confirm, ...selection } = choices;
  const plan = (retained?: number[]) => livePlan(context, world, { ...selection, ...(retained ? { retained } : {}) });
  const first = await plan();
  const count = first.resources.filter(({ selected }) => selected).length;
  if (context.options.dryRun) return { ...(await applyPlan(context, first, confirm)), planHash: first.hash };
  await context.confirmByName({
    what: `This destroys the cluster of ${fqdn}: ${count} resources, with their data`,
    confirm,
  });
  const { retained } = await drainCluster(context, world);
  for (const { volume, claim } of retained)
    context.output.warn(`The PersistentVolume of ${claim} says Retain: volume ${volume} is yours to keep or delete.`);
  const second = await plan(retained.map(({ volume }) => Number(volume)));
  // Confirmed above, for the same Sovereign by the same evidence.
  const result = await applyPlan(context, second, fqdn);
  if (result.skipped.length === 0) for (const name of made) await world.credentials.forget(name);
  return { ...result, planHash: second.hash };
}

async function livePlan(
  context: Context,
  world: World,
  selection: Omit<Selection, 'fqdn' | 'includeLive'>,
): Promise<PurgePlan> {
  const api = await world.hetzner();
  const { fqdn } = world.sovereign.spec;
  return makePurgePlan(api, { fqdn, includeLive: true, ...selection }, context.clock.now());
}

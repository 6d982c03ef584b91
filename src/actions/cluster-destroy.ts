/** Takes the cluster down: what controllers made first, while they still live, then everything with the Sovereign's label. */
import { makePurgePlan, type PurgePlan } from '../hetzner/purge/plan.js';
import type { Selection } from '../hetzner/purge/select.js';
import { unfinishedPurgesOf } from '../phases/unfinished-purges.js';
import type { World } from '../phases/world.js';
import type { Context } from './context.js';
import { drainCluster, type RetainedVolume, retainedVolumes } from './drain-cluster.js';
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
  const plan = (volumes: readonly RetainedVolume[]) =>
    livePlan(context, world, { ...selection, retained: volumes.map(({ volume }) => Number(volume)) });
  const before = await retainedVolumes(context, world);
  const first = await plan(before);
  const count = first.resources.filter(({ selected }) => selected).length;
  if (context.options.dryRun) return { ...(await applyPlan(context, first, confirm)), planHash: first.hash };
  await context.confirmByName({
    what: `This destroys the cluster of ${fqdn}: ${count} resources, with their data`,
    confirm,
  });
  // While it drains, volumes are detached: what was attached to our servers is on record first.
  await context.journal();
  if (count > 0) unfinishedPurgesOf(world).keep(first);
  const drained = await drainCluster(context, world, first.hash);
  const retained = drained.retained.length > 0 ? drained.retained : before;
  for (const { volume, claim } of retained)
    context.output.warn(`The PersistentVolume of ${claim} says Retain: volume ${volume} is yours to keep or delete.`);
  const second = await plan(retained);
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
  const unfinished = unfinishedPurgesOf(world).plans();
  return makePurgePlan(api, { fqdn, includeLive: true, ...selection }, context.clock.now(), { unfinished });
}

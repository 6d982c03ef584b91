import { type DestroyChoices, destroyCluster } from '../../walk/steps/destroy-cluster.js';
import { offerRestoration, restoreMotherZone } from '../handover/restore-zone.js';
import { appliedResult, type PurgeApplied } from '../purge/apply.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';

export interface ClusterDestroyed extends PurgeApplied {
  planHash: string;
}

export async function clusterDestroy(
  context: Context,
  { confirm, restoreZone = false, ...choices }: DestroyChoices & { confirm?: string; restoreZone?: boolean },
): Promise<ClusterDestroyed> {
  const destroying = destroyCluster(await context.world(), choices);
  const inputs = { command: 'cluster destroy', ...choices, restoreZone };
  const run = await confirmedRun(context, (session) => runOne(session, destroying.step, { inputs }), { confirm });
  for (const { volume, claim } of destroying.retained())
    context.output.warn(
      `The PersistentVolume of ${claim} has reclaim policy Retain: keep or delete volume ${volume} yourself.`,
    );
  const restored = restoreZone ? await restoreMotherZone(context, { inputs, confirm }) : undefined;
  if (!restoreZone) await offerRestoration(context, 'cluster destroy');
  const mutations = run.mutations && [...run.mutations, ...(restored ?? [])];
  return { ...appliedResult(context, destroying.result(), mutations), planHash: destroying.planHash() };
}

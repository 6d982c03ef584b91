/** Takes the cluster down: what controllers made first, while they still live, then everything with the Sovereign's label. */
import { makePurgePlan, type PurgePlan } from '../hetzner/purge/plan.js';
import type { Act } from '../phases/gate.js';
import type { World } from '../phases/world.js';
import { messageOf } from '../support/errors.js';
import { waitUntil } from '../support/wait.js';
import type { Kube, KubeObject } from '../tools/kube.js';
import type { Context } from './context.js';
import { applyPlan, type PurgeApplied } from './purge-apply.js';
import type { PurgeChoices } from './purge-plan.js';
import { openSession } from './session.js';
import { withGate } from './with-gate.js';

const drainMs = 90_000;
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
  const plan = () => livePlan(context, world, selection);
  const first = await plan();
  const count = first.resources.filter(({ selected }) => selected).length;
  if (context.options.dryRun) return { ...(await applyPlan(context, first, confirm)), planHash: first.hash };
  await context.confirmByName({
    what: `This destroys the cluster of ${fqdn}: ${count} resources, with their data`,
    confirm,
  });
  await drain(context, world);
  const second = await plan();
  // Confirmed above, for the same Sovereign; the drain can only have made the plan smaller.
  const result = await applyPlan(context, second, fqdn);
  if (result.skipped.length === 0) for (const name of made) await world.credentials.forget(name);
  return { ...result, planHash: second.hash };
}

async function livePlan(
  context: Context,
  world: World,
  selection: Omit<PurgeChoices, 'includeLive' | 'buckets'>,
): Promise<PurgePlan> {
  const api = await world.hetzner();
  const { fqdn } = world.sovereign.spec;
  return makePurgePlan(api, { fqdn, includeLive: true, ...selection }, context.clock.now());
}

/**
 * Load balancers and volumes that controllers made go while the controllers live: afterwards nobody knows them. A cluster
 * that cannot be reached is destroyed all the same; what it leaves is traced by network and server.
 */
async function drain(context: Context, world: World): Promise<void> {
  let kube: Kube;
  try {
    kube = await world.kube();
    await kube.raw('/readyz');
  } catch (error) {
    context.signal.throwIfAborted();
    context.output.note(`The cluster is not drained: ${messageOf(error)}`);
    return;
  }
  await withGate(await openSession(context), { id: 'cluster', phase: 1 }, async (act) => {
    await removeAll(context, kube, act, 'Service', ({ spec }) => spec?.type === 'LoadBalancer');
    await removeAll(context, kube, act, 'PersistentVolumeClaim', ({ metadata }) =>
      Object.values(metadata.annotations ?? {}).includes('csi.hetzner.cloud'),
    );
  });
}

async function removeAll(
  context: Context,
  kube: Kube,
  act: Act,
  kind: string,
  wanted: (object: KubeObject) => boolean,
): Promise<void> {
  const list = async () => (await kube.list({ apiVersion: 'v1', kind })).filter(wanted);
  for (const { metadata } of await list()) {
    const ref = { apiVersion: 'v1', kind, namespace: metadata.namespace, name: metadata.name };
    const target = { system: 'sovereign' as const, kind, name: metadata.name, namespace: metadata.namespace };
    const sentence = `delete ${kind} ${metadata.namespace}/${metadata.name}, so that its controller frees what it made`;
    await act({ target, sentence }, () => kube.delete(ref));
  }
  await waitUntil({
    reason: `controllers to free what ${kind}s had`,
    timeoutMs: drainMs,
    clock: context.clock,
    signal: context.signal,
    onPending: (pending) => context.output.note(`waiting: ${pending}`),
    look: async () => {
      const left = await list();
      return left.length === 0 ? { done: true } : { pending: `${left.length} ${kind}s are still there` };
    },
  }).catch((error: unknown) => {
    context.signal.throwIfAborted();
    context.output.warn(messageOf(error));
  });
}

/** PREPARED: both sides are whole before anything is moved. */
import type { Progress } from '../../engine/step.js';
import { readinessOf } from '../../kubernetes/readiness.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { World } from '../../world/world.js';
import { lookAtCatalyst } from '../handover.js';
import { askGitea, giteaRemote } from './gitea.js';

/** A release that is being reconciled at this very moment is not ready for a while. */
const settleMs = 120_000;

/** Waits a little, then throws E5113 (exit 7) naming each part that is not as it must be. */
export async function requireHealthy(world: World, progress: Progress): Promise<void> {
  let problems: string[] = [];
  const healthy = await waitUntil({
    reason: 'both sides to be healthy',
    timeoutMs: settleMs,
    clock: world.clock,
    signal: world.signal,
    onPending: progress.waiting,
    look: async () => {
      problems = [...(await motherProblems(world)), ...(await sovereignProblems(world))];
      return problems.length === 0 ? { done: true } : { pending: problems[0]! };
    },
  }).catch((error: unknown) => {
    if (isCatalystError(error, 'E4003') && !world.signal.aborted) return false;
    throw error;
  });
  if (healthy) return;
  throw fail('E5113', `The handover cannot start: ${problems.slice(0, 6).join('; ')}. Nothing was changed.`, {
    actions: [command('status'), command('phase run', '6', { fresh: true }), command('handover finalize')],
    data: { problems },
  });
}

async function motherProblems(world: World): Promise<string[]> {
  const { deployment, namespace, replicas } = await lookAtCatalyst(world);
  const object = await (await world.mother()).get(deployment);
  const ready = object?.status?.readyReplicas ?? 0;
  if (replicas > 0 && ready >= replicas) return [];
  return [`Deployment ${namespace}/${deployment.name} on the mother has ${ready} of ${replicas} replicas ready`];
}

async function sovereignProblems(world: World): Promise<string[]> {
  const kube = await world.kube();
  const [nodes, releases] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Node' }),
    kube.list({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' }),
  ]);
  const unready = [...nodes, ...releases].map(readinessOf).flatMap((one) => {
    if ('ready' in one) return [];
    return ['pending' in one ? one.pending : one.failed];
  });
  return [...(nodes.length > 0 ? [] : ['the Sovereign has no node']), ...unready, ...(await giteaProblems(world))];
}

async function giteaProblems(world: World): Promise<string[]> {
  try {
    await askGitea(world, await giteaRemote(world), '/version');
    return [];
  } catch (error) {
    world.signal.throwIfAborted();
    return [`the Sovereign's Gitea does not answer: ${messageOf(error)}`];
  }
}

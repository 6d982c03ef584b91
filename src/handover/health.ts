/** PREPARED: both sides are whole before anything is moved. */
import { readinessOf } from '../phases/readiness.js';
import type { World } from '../phases/world.js';
import { fail, messageOf } from '../support/errors.js';
import { askGitea, giteaRemote } from './gitea.js';
import { lookAtCatalyst } from './handover.js';

/** Throws E5113 (exit 7) naming each part that is not as it must be. */
export async function requireHealthy(world: World): Promise<void> {
  const problems = [...(await motherProblems(world)), ...(await sovereignProblems(world))];
  if (problems.length === 0) return;
  throw fail('E5113', `The handover does not begin: ${problems.slice(0, 6).join('; ')}. Nothing was changed.`, {
    actions: ['catalyst status', 'catalyst phase run 6 --fresh', 'catalyst handover finalize'],
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

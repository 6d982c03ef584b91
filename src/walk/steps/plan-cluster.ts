/** What creating the cluster would change: what is missing of it at Hetzner, and the SSH rule that its kubeconfig is fetched by. */
import type { Mutation } from '../../engine/mutation.js';
import type { ResourceMap, ResourceType } from '../../hetzner/api/types.js';
import { checkCapacity } from '../../hetzner/cluster/capacity.js';
import { targetSentence } from '../../hetzner/cluster/create.js';
import { findOurs } from '../../hetzner/cluster/ensure.js';
import { closeSentence, letsSshIn, openSentence } from '../../hetzner/cluster/fetch-kubeconfig.js';
import { type ClusterParts, clusterParts } from '../../hetzner/cluster/parts.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { isCatalystError } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

/** A resource of this Sovereign by its exact name, or undefined. */
export async function findPart<T extends ResourceType>(
  world: World,
  type: T,
  name: string,
): Promise<ResourceMap[T] | undefined> {
  return findOurs(await world.hetzner(), world.sovereign.spec.fqdn, type, name).catch((error: unknown) => {
    // A plan of the whole walk is made while the leftovers that #370 purges are still there; `run` refuses them.
    if (isCatalystError(error, 'E2006')) return undefined;
    throw error;
  });
}

/** Every mutation that a run would make now. Throws E2002 when Hetzner has no capacity for what is missing. */
export async function planCluster(world: World): Promise<Mutation[]> {
  const { hetzner } = world.sovereign.spec;
  const parts = clusterParts(world.sovereign);
  const seen = await Promise.all(
    parts.all.map(async (part) => ({ part, there: await findPart(world, part.type, part.name) })),
  );
  const missing = seen.filter(({ there }) => !there).map(({ part }) => part);
  if (missing.some(({ name }) => name !== parts.marker.name)) await checkCapacity(await world.hetzner(), hetzner);
  return [
    ...missing.map((part) => mutationOf({ ...part, kind: part.type })),
    ...(await planTargets(world, parts, seen)),
    ...(await planSshRule(world, parts.firewall.name)),
  ];
}

type Seen = readonly { part: ClusterParts['all'][number]; there?: { id: number } }[];

/** Servers of the control plane that the load balancer does not lead to yet. */
async function planTargets(world: World, { servers, loadBalancer }: ClusterParts, seen: Seen): Promise<Mutation[]> {
  const { controlPlane } = world.sovereign.spec.hetzner;
  const leading = servers.map(({ name }) => name).slice(0, controlPlane.count);
  const balancer = await findPart(world, 'load_balancer', loadBalancer.name);
  const targets = new Set(balancer?.targets.map((target) => target.server?.id));
  return seen
    .filter(({ part, there }) => part.type === 'server' && !(there && targets.has(there.id)))
    .filter(({ part }) => leading.includes(part.name))
    .map(({ part }) =>
      mutationOf({
        kind: 'load_balancer',
        name: loadBalancer.name,
        sentence: targetSentence(part.name, loadBalancer.name),
      }),
    );
}

async function planSshRule(world: World, firewall: string): Promise<Mutation[]> {
  const kubeconfig = await world.credentials.find('sovereign-kubeconfig');
  const open = await findPart(world, 'firewall', firewall);
  const from = world.sovereign.spec.hetzner.sshFrom ?? ['the address of this machine'];
  const change = (sentence: string) => mutationOf({ kind: 'firewall', name: firewall, sentence });
  return [
    ...(kubeconfig ? [] : [change(openSentence(firewall, from))]),
    ...(!kubeconfig || (open && letsSshIn(open)) ? [change(closeSentence(firewall))] : []),
  ];
}

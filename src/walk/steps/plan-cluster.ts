/** What creating the cluster would change: what is missing of it at Hetzner, and the SSH rule that its kubeconfig is fetched by. */
import type { Mutation } from '../../engine/mutation.js';
import type { LoadBalancer } from '../../hetzner/api/types.js';
import { checkCapacity } from '../../hetzner/cluster/capacity/capacity.js';
import { closeSentence, letsSshIn, openSentence } from '../../hetzner/cluster/fetch-kubeconfig.js';
import { attachSentence, targetSentence } from '../../hetzner/cluster/load-balancer.js';
import { type ClusterParts, clusterParts } from '../../hetzner/cluster/parts.js';
import { mutationOf } from '../../hetzner/mutation.js';
import { joinAddressOf } from '../../hetzner/names.js';
import type { World } from '../../world/world.js';
import { findPart } from '../cluster/find-part.js';
import { needsKubeconfig } from '../cluster/kept-kubeconfig.js';
import { planLoadBalancerRecord } from '../install/record-load-balancer.js';

/** Every mutation that a run would make now. Throws E2002 when Hetzner has no capacity for what is missing. */
export async function planCluster(world: World): Promise<Mutation[]> {
  const names = clusterParts(world.sovereign);
  const seen = await Promise.all(
    names.all.map(async (part) => ({ part, there: await findPart(world, part.type, part.name) })),
  );
  const isMissing = new Set(seen.filter(({ there }) => !there).map(({ part }) => part.name));
  const orders = seen.some(({ part, there }) => !there && part.type !== 'placement_group');
  const types = orders
    ? (await checkCapacity(await world.hetzner(), world.sovereign.spec, world.clock.now())).types
    : undefined;
  const parts = clusterParts(world.sovereign, types);
  const missing = parts.all.filter(({ name }) => isMissing.has(name));
  const balancer = await findPart(world, 'load_balancer', parts.loadBalancer.name);
  return [
    ...missing.map((part) => mutationOf({ ...part, kind: part.type })),
    ...planAttachment(world, parts, balancer),
    ...planTargets(world, parts, seen, balancer),
    ...(await planSshRule(world, parts.firewall.name)),
    ...(await planLoadBalancerRecord(world, parts.loadBalancer.name, balancer)),
  ];
}

/** The load balancer's address in the network, unless it has it. */
function planAttachment(
  world: World,
  { network, loadBalancer }: ClusterParts,
  balancer: LoadBalancer | undefined,
): Mutation[] {
  const address = joinAddressOf(world.sovereign.spec.hetzner.network);
  if (balancer?.private_net.some(({ ip }) => ip === address)) return [];
  const sentence = attachSentence(loadBalancer.name, network.name, address);
  return [mutationOf({ kind: 'load_balancer', name: loadBalancer.name, sentence })];
}

type Seen = readonly { part: ClusterParts['all'][number]; there?: { id: number } }[];

/** Servers of the control plane that the load balancer does not lead to yet. */
function planTargets(
  world: World,
  { servers, loadBalancer }: ClusterParts,
  seen: Seen,
  balancer: LoadBalancer | undefined,
): Mutation[] {
  const { controlPlane } = world.sovereign.spec.hetzner;
  const leading = servers.map(({ name }) => name).slice(0, controlPlane.count);
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
  const reads = await needsKubeconfig(world);
  const open = await findPart(world, 'firewall', firewall);
  // preflight says what is wrong where it cannot be determined
  const own = () =>
    world.publicAddress().then(
      (address) => `${address}/32`,
      () => 'the address of this machine',
    );
  const from = world.sovereign.spec.hetzner.sshFrom ?? (reads ? [await own()] : []);
  const change = (sentence: string) => mutationOf({ kind: 'firewall', name: firewall, sentence });
  return [
    ...(reads ? [change(openSentence(firewall, from))] : []),
    ...(reads || (open && letsSshIn(open)) ? [change(closeSentence(firewall))] : []),
  ];
}

/** The load balancer's public addresses, written into the cluster: the zone of the Sovereign points its public names there. */
import type { Mutation } from '../../engine/mutation.js';
import type { LoadBalancer } from '../../hetzner/api/types.js';
import {
  type LoadBalancerAddresses,
  loadBalancerAddresses,
  loadBalancerObject,
  loadBalancerRef,
} from '../../kubernetes/load-balancer-addresses.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

function addressesOf({ public_net }: LoadBalancer): LoadBalancerAddresses {
  const { ipv4, ipv6 } = public_net;
  return { ipv4: ipv4.ip ?? '', ...(ipv6.ip ? { ipv6: ipv6.ip } : {}) };
}

function mutation(loadBalancer: string): Mutation {
  const { kind, namespace, name } = loadBalancerRef;
  return {
    target: { system: 'sovereign', kind, namespace, name },
    sentence: `record the addresses of load balancer ${loadBalancer} in ConfigMap ${namespace}/${name}`,
  };
}

/** What is left to record; a cluster that does not answer has nothing recorded yet. */
export async function planLoadBalancerRecord(
  world: World,
  name: string,
  loadBalancer: LoadBalancer | undefined,
): Promise<Mutation[]> {
  if (!loadBalancer || !(await world.credentials.find('sovereign-kubeconfig'))) return [mutation(name)];
  const recorded = await world
    .kube()
    .then(loadBalancerAddresses)
    .catch(() => undefined);
  return isSame(recorded, addressesOf(loadBalancer)) ? [] : [mutation(name)];
}

export async function recordLoadBalancer(
  world: World,
  loadBalancer: LoadBalancer,
  { act }: Pick<StepContext, 'act'>,
): Promise<void> {
  const addresses = addressesOf(loadBalancer);
  if (isSame(await loadBalancerAddresses(await world.kube()), addresses)) return;
  await act(mutation(loadBalancer.name), async ({ sovereign }) => {
    await (await sovereign()).apply([loadBalancerObject(addresses)]);
  });
}

function isSame(a: LoadBalancerAddresses | undefined, b: LoadBalancerAddresses): boolean {
  return a?.ipv4 === b.ipv4 && a.ipv6 === b.ipv6;
}

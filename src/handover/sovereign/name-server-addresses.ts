import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import type { World } from '../../world/world.js';
import { checkDelegation } from './delegation.js';

/** Addresses that the parent's glue leads to; the nodes' own when there is no delegation. */
export async function nameServerAddresses(world: World): Promise<string[]> {
  const delegation = await checkDelegation(world);
  if (delegation.addresses.length > 0) return delegation.addresses;
  return nodeAddresses(await world.kube());
}

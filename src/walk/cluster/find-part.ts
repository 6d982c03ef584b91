/** Parts of the Sovereign's cluster, as they are at Hetzner now. */
import type { ResourceMap, ResourceType } from '../../hetzner/api/types.js';
import { findOwnResource } from '../../hetzner/cluster/ensure.js';
import { isCatalystError } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

/** A resource of this Sovereign by its exact name, or undefined. */
export async function findPart<T extends ResourceType>(
  world: World,
  type: T,
  name: string,
): Promise<ResourceMap[T] | undefined> {
  return findOwnResource(await world.hetzner(), world.sovereign.spec.fqdn, type, name).catch((error: unknown) => {
    // A plan of the whole walk is made while the leftovers that #370 purges are still there; `run` refuses them.
    if (isCatalystError(error, 'E2006')) return undefined;
    throw error;
  });
}

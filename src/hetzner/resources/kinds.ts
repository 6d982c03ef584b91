/** Every type of resource that can be deleted, in the order in which a purge deletes them. */
import type { Resource, ResourceType } from '../api/types.js';
import { certificate } from './certificate.js';
import { firewall } from './firewall.js';
import { floatingIp } from './floating-ip.js';
import { image } from './image.js';
import type { Kind } from './kind.js';
import { loadBalancer } from './load-balancer.js';
import { network } from './network.js';
import { placementGroup } from './placement-group.js';
import { primaryIp } from './primary-ip.js';
import { server } from './server.js';
import { volume } from './volume.js';
import { zone } from './zone.js';

const kinds: { readonly [T in ResourceType]: Kind<T> } = {
  load_balancer: loadBalancer,
  server,
  volume,
  floating_ip: floatingIp,
  primary_ip: primaryIp,
  firewall,
  certificate,
  placement_group: placementGroup,
  network,
  image,
  // nothing uses one, and nothing is lost with it
  ssh_key: { fields: {} },
  zone,
};

export const resourceTypes = Object.keys(kinds) as readonly ResourceType[];

/** For a type that is known only when the program runs: whoever asks gives it items of that type alone. */
export const kindOf = (type: ResourceType) => kinds[type] as unknown as Kind<ResourceType, Resource>;

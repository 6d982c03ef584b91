import { ids } from './fields.js';
import { isInside, type Kind, keysOf } from './kind.js';

export const network: Kind<'network'> = {
  fields: { servers: ids, load_balancers: ids.optional() },

  users({ id, servers, load_balancers = [] }, inventory) {
    const inside = (list: readonly { id: number; private_net: { network?: number }[] }[]) =>
      list.filter((one) => isInside(one, id)).map((one) => one.id);
    return [
      ...keysOf('server', [...servers, ...inside(inventory.server)]),
      ...keysOf('load_balancer', [...load_balancers, ...inside(inventory.load_balancer)]),
    ];
  },
};

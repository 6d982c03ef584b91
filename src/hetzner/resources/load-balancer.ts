import { z } from 'zod';
import { named, privateNets, sold, target } from './fields.js';
import { isInside, type Kind, keyOf, keysOf, priceAt } from './kind.js';

/** On those that the cluster's cloud controller made. */
const ofController = 'hcloud-ccm/service-uid';

export const loadBalancer: Kind<'load_balancer'> = {
  fields: {
    public_net: z.looseObject({ ipv4: z.looseObject({ ip: z.string().nullish() }) }),
    private_net: privateNets,
    targets: z.array(target),
    load_balancer_type: sold,
    location: named,
  },

  inferred({ labels = {}, private_net }, chosen) {
    if (!(ofController in labels)) return undefined;
    const network = private_net.find((net) => chosen('network', net.network))?.network;
    if (!network) return undefined;
    const reason = `made by the cloud controller in network ${network}, which is selected`;
    return { reason, dependsOn: keyOf('network', network) };
  },

  users: ({ targets }) =>
    keysOf(
      'server',
      targets.flatMap((one) => [one.server?.id, ...(one.targets ?? []).map((two) => two.server?.id)]),
    ),

  // While the cluster lives its cloud controller would make this one anew; its servers go first.
  first: ({ labels = {}, private_net }, inventory) =>
    ofController in labels
      ? private_net.flatMap(({ network = 0 }) =>
          keysOf(
            'server',
            inventory.server.filter((one) => isInside(one, network)).map(({ id }) => id),
          ),
        )
      : [],

  implies({ public_net, targets }) {
    const address = public_net.ipv4.ip ? [`address ${public_net.ipv4.ip} with its reverse DNS`] : [];
    return [...address, ...(targets.length > 0 ? [`traffic to ${targets.length} targets`] : [])];
  },

  monthly: ({ load_balancer_type, location }) => priceAt(load_balancer_type.prices, location.name),
};

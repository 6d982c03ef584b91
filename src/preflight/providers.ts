/** Hetzner and its Object Storage: do the keys work, is what the spec asks for sold and in stock, are the buckets ours. */
import type { HetznerApi } from '../hetzner/api/api.js';
import { seenOfProject } from '../hetzner/bucket-owner.js';
import { checkCapacity } from '../hetzner/cluster/capacity.js';
import { isExactName } from '../hetzner/names.js';
import type { Spec } from '../sovereign/spec/schema.js';
import { isCatalystError } from '../support/errors/errors.js';
import type { ObjectStore } from '../tools/s3/s3.js';
import type { Check } from './check.js';

export function providerChecks(options: {
  spec: Spec;
  hetzner: () => Promise<HetznerApi>;
  objectStore: () => Promise<ObjectStore>;
}): Check[] {
  const { spec, hetzner, objectStore } = options;
  const ownServers = async (api: HetznerApi) =>
    (await api.list('server')).filter(({ name }) => isExactName(spec.fqdn, 'server', name));
  return [
    {
      id: 'hetzner-token',
      title: 'the Hetzner token works',
      async look() {
        const api = await hetzner();
        const [servers, networks, balancers] = await Promise.all([
          api.list('server'),
          api.list('network'),
          api.list('load_balancer'),
        ]);
        return `reads the project: ${servers.length} servers, ${networks.length} networks, ${balancers.length} load balancers`;
      },
    },
    {
      id: 'hetzner-capacity',
      title: 'Hetzner offers what the spec requires',
      async look() {
        const api = await hetzner();
        try {
          const { monthly, currency, warnings } = await checkCapacity(api, spec.hetzner);
          const price = `${monthly.toFixed(2)} ${currency} a month`;
          if (warnings.length === 0) return price;
          return {
            warn: `${price}; ${warnings.join(' ')}`,
            remedy: ['choose a larger spec.hetzner.controlPlane.type'],
          };
        } catch (error) {
          // Servers that stand already need no stock.
          if (isCatalystError(error, 'E2002') && (await ownServers(api)).length > 0) return 'the servers already exist';
          throw error;
        }
      },
    },
    {
      id: 'object-storage',
      title: 'the Object Storage keys work, and the buckets are free or belong to this Sovereign',
      async look() {
        const store = await objectStore();
        await store.listBuckets();
        return `${store.endpoint}: ${await seenOfProject(store, spec)}`;
      },
    },
  ];
}

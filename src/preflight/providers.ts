/** Hetzner and its Object Storage: do the keys work, is what the spec asks for sold and in stock, are the buckets ours. */
import type { HetznerApi } from '../hetzner/api/api.js';
import { seenOfProject } from '../hetzner/bucket-owner.js';
import { checkCapacity, partsText } from '../hetzner/cluster/capacity/capacity.js';
import { requirementsText } from '../hetzner/cluster/capacity/requirements.js';
import type { Spec } from '../sovereign/spec/schema.js';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import type { ObjectStore } from '../tools/s3/s3.js';
import type { Check } from './check.js';

export function providerChecks(options: {
  spec: Spec;
  hetzner: () => Promise<HetznerApi>;
  objectStore: () => Promise<ObjectStore>;
  clock: Clock;
}): Check[] {
  const { spec, hetzner, objectStore, clock } = options;
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
      title: 'Hetzner has servers and a load balancer that can run the Blueprints',
      async look() {
        const capacity = await checkCapacity(await hetzner(), spec, clock.now());
        const price = `${capacity.monthly.toFixed(2)} ${capacity.currency} a month`;
        const servers = spec.hetzner.controlPlane.count + spec.hetzner.workers.count;
        // The API tells no limit before it is reached.
        const limits = `a project limit of ${servers} servers and ${capacity.cores} vCPUs suffices (Console, Limits)`;
        const seen = `${partsText(capacity)} in ${capacity.location}, ${price}, for ${requirementsText(spec)}; ${limits}`;
        if (capacity.warnings.length === 0) return seen;
        return { warn: `${seen}; ${capacity.warnings.join(' ')}`, remedy: [command('cluster plan')] };
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

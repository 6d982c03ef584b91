/** A Sovereign whose Crossplane makes a server for a NodePool claim, and takes it away with the claim. */
import { loadBalancerTypes, locations, pricing, serverTypes } from '../../../lab/src/hetzner/catalog.js';
import type { Server } from '../../../src/hetzner/api/types.js';
import { sovereignLabel } from '../../../src/sovereign/sovereign-names.js';
import { nodePool } from '../../../src/verification/dod/checks/node-pool.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface PoolWorld {
  scope: Scope;
  servers: Server[];
  /** What Crossplane and its provider do. */
  acts: { reports: boolean; creates: boolean; removes: boolean };
}

const fqdn = 'omantel.omani.works';
const address = '203.0.113.77';
const isTrue = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));

async function poolWorld(): Promise<PoolWorld> {
  const acts = { reports: true, creates: true, removes: true };
  const server = (id: number, name: string, ip: string) =>
    ({ id, name, labels: { [sovereignLabel]: fqdn }, public_net: { ipv4: { ip } } }) as unknown as Server;
  const servers = [server(1, 'cp1', '203.0.113.1')];
  const fake = fakeKube((object) => {
    if (object.kind !== 'NodePoolClaim') return [object];
    if (acts.creates) servers.push(server(2, 'probe-pool-1', address));
    const conditions = isTrue('Synced', ...(acts.reports ? ['Ready'] : []));
    return [{ ...object, status: { conditions, ...(acts.reports ? { addresses: [address] } : {}) } }];
  });
  const cluster: FakeKube = {
    ...fake,
    async delete({ kind, namespace, name }) {
      if (kind === 'NodePoolClaim' && acts.removes) servers.splice(1);
      return fake.objects.delete(`${kind} ${namespace}/${name}`);
    },
  };
  const offers = {
    locations: async () => locations,
    serverTypes: async () => serverTypes,
    loadBalancerTypes: async () => loadBalancerTypes,
    pricing: async () => pricing,
  };
  const hetzner = { ...offers, list: async (type: string) => (type === 'server' ? [...servers] : []) };
  let now = Date.parse('2026-11-30T00:00:00Z');
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const { world } = await fakeWorld({ cluster, clock, hetzner: async () => hetzner as never });
  const options = { lab: false, spend: true };
  return { scope: { world, context: fakeContext(world).context, options } as unknown as Scope, servers, acts };
}

export const onNodePool: Stage<PoolWorld> = { honest: poolWorld, judge: ({ scope }) => nodePool(scope) };

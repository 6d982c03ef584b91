/** The world of an invocation, by what its configured endpoints say: Hetzner, the mother and, once there is one, the Sovereign. */
import { type MarkedEndpoint, readWorldIdentity, type WorldIdentity } from '../../sovereign/world-identity.js';
import { readLabMark } from '../../world/cluster-identity.js';
import type { World } from '../../world/world.js';
import type { Kubeconfigs } from './clusters/kubeconfigs.js';

type Reached = Pick<World, 'credentials' | 'hetzner' | 'kube' | 'mother'> & {
  kubeconfigs: Pick<Kubeconfigs, 'hasMother' | 'hasSovereign'>;
};

export async function identify(
  { kubeconfigs, credentials, hetzner, kube, mother }: Reached,
  options: Parameters<typeof readWorldIdentity>[1],
): Promise<WorldIdentity> {
  const endpoints: MarkedEndpoint[] = [];
  if ((await credentials.find('hcloud-token')) !== undefined)
    endpoints.push({ what: 'the Hetzner API', read: async () => (await hetzner()).lab() });
  if (kubeconfigs.hasMother())
    endpoints.push({ what: 'the mother cluster', read: async () => readLabMark(await mother()) });
  if (await kubeconfigs.hasSovereign())
    endpoints.push({ what: 'the cluster of the Sovereign', read: async () => readLabMark(await kube()) });
  return readWorldIdentity(endpoints, options);
}

/** Which targets Hetzner's load balancer itself finds healthy, in words: whether what does not answer is behind it or on the way to it. */
import type { HetznerApi } from '../api/api.js';
import { isExactName } from '../names.js';

/** A clause about the listening port; undefined when Hetzner has no such load balancer. */
export async function loadBalancerHealth(
  api: Pick<HetznerApi, 'list'>,
  fqdn: string,
  port: number,
): Promise<string | undefined> {
  const balancer = (await api.list('load_balancer')).find(({ name }) => isExactName(fqdn, 'load_balancer', name));
  if (!balancer) return undefined;
  const states = balancer.targets.flatMap((target) =>
    (target.health_status ?? []).filter(({ listen_port }) => listen_port === port).map(({ status }) => status),
  );
  const healthy = states.filter((status) => status === 'healthy').length;
  const service = balancer.services.find(({ listen_port }) => listen_port === port);
  return `load balancer ${balancer.name} finds ${healthy} of ${balancer.targets.length} targets healthy for ${port} (NodePort ${service?.destination_port})`;
}

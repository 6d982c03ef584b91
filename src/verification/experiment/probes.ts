/** What is watched during the kill: the Sovereign from outside, the SME demos, and a canary that does depend on catalyst-api. */
import { protectedPages } from '../../mother/protected/protected-set.js';
import type { World } from '../../world/world.js';
import type { Probe } from './sampler.js';

export const canaryName = 'canary: catalyst-api through the mother';

/** By the mother's ingress and UI, so that it goes red when catalyst-api has no endpoint: any answer below 500 is alive. */
export const canaryUrl = (world: Pick<World, 'sovereign'>) =>
  `${world.sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '')}/sovereign/api/healthz`;

const timeoutMs = 5000;

export async function probesOf(world: World, nameServers: readonly string[]): Promise<Probe[]> {
  const { fqdn } = world.sovereign.spec;
  const kube = await world.kube();
  const page = (name: string, cls: Probe['class'], url: string, alive: (status: number) => boolean): Probe => ({
    name,
    class: cls,
    async look(signal) {
      const { status } = await world.http({ url, timeoutMs, signal });
      if (!alive(status)) throw new Error(`answered ${status}`);
    },
  });
  const ok = (status: number) => status >= 200 && status < 400;
  return [
    page(canaryName, 'control', canaryUrl(world), (status) => status < 500),
    page('console', 'sovereign', `https://console.${fqdn}/`, ok),
    page('api', 'sovereign', `https://api.${fqdn}/healthz`, ok),
    page('gitea', 'sovereign', `https://gitea.${fqdn}/api/healthz`, ok),
    page('identity', 'sovereign', `https://auth.${fqdn}/realms/sovereign/.well-known/openid-configuration`, ok),
    page('registry', 'sovereign', `https://harbor.${fqdn}/v2/`, (status) => ok(status) || status === 401),
    page('grafana', 'sovereign', `https://grafana.${fqdn}/api/health`, ok),
    {
      name: 'Kubernetes API',
      class: 'sovereign',
      async look() {
        const { status } = await kube.raw('/readyz');
        if (status !== 200) throw new Error(`answered ${status}`);
      },
    },
    ...nameServers.map(
      (server): Probe => ({
        name: `DNS ${server}`,
        class: 'sovereign',
        async look(signal) {
          const name = `console.${fqdn}`;
          const reply = await world.dns({ server, name, type: 'A', transport: 'udp', timeoutMs, signal });
          if (!reply.authoritative || reply.answers.length === 0) throw new Error(`answered ${reply.rcode}`);
        },
      }),
    ),
    ...protectedPages(world.sovereign).map((url) => page(url, 'protected', url, ok)),
  ];
}

/**
 * What is watched during the kill: the Sovereign from outside, the SME demos, a canary that does depend on catalyst-api, and two
 * witnesses that depend on neither cluster.
 */
import { protectedPages } from '../../mother/protected/protected-set.js';
import { consoleUrl } from '../../sovereign/sovereign-names.js';
import type { World } from '../../world/world.js';
import { deadlineMs, type Look, type Probe, type Seen } from './sampler.js';

export const canaryName = 'canary: catalyst-api through the mother';

/** By the mother's ingress and UI, so that it goes red when catalyst-api has no endpoint: any answer below 500 is alive. */
export const canaryUrl = (world: Pick<World, 'sovereign'>) =>
  `${world.sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '')}/sovereign/api/healthz`;

/** What is watched of a Sovereign in every experiment, beside its name servers. */
export const watchedNames: readonly string[] = [
  ...['console', 'api', 'gitea', 'identity', 'registry', 'grafana', 'Kubernetes API'],
];

const witnessPrefix = 'witness: ';
/** Nothing else is called so. */
export const isWitness = (name: string): boolean => name.startsWith(witnessPrefix);

const ok = (status: number) => status >= 200 && status < 400;

export async function probesOf(world: World, nameServers: readonly string[]): Promise<Probe[]> {
  const { fqdn } = world.sovereign.spec;
  const kube = await world.kube();
  const page = (name: string, cls: Probe['class'], url: string, alive = ok): Probe => ({
    name,
    class: cls,
    look: (how) => lookAtPage(world, url, how, alive),
  });
  return [
    page(canaryName, 'control', canaryUrl(world), (status) => status < 500),
    page('console', 'sovereign', consoleUrl(fqdn)),
    page('api', 'sovereign', `https://api.${fqdn}/healthz`),
    page('gitea', 'sovereign', `https://gitea.${fqdn}/api/healthz`),
    page('identity', 'sovereign', `https://auth.${fqdn}/realms/sovereign/.well-known/openid-configuration`),
    page('registry', 'sovereign', `https://harbor.${fqdn}/v2/`, (status) => ok(status) || status === 401),
    page('grafana', 'sovereign', `https://grafana.${fqdn}/api/health`),
    {
      name: 'Kubernetes API',
      class: 'sovereign',
      async look(how) {
        const { status } = await kube.raw('/readyz', { ...how, once: true });
        return judged(status, (one) => one === 200);
      },
    },
    ...nameServers.map(
      (server): Probe => ({
        name: `DNS ${server}`,
        class: 'sovereign',
        async look({ signal }) {
          const name = `console.${fqdn}`;
          const reply = await world.dns({ server, name, type: 'A', transport: 'udp', timeoutMs: deadlineMs, signal });
          const good = reply.authoritative && reply.answers.length > 0;
          return { status: reply.rcode, bad: good ? undefined : `answered ${reply.rcode} without an own address` };
        },
      }),
    ),
    ...protectedPages(world.sovereign).map((url) => page(url, 'protected', url)),
  ];
}

/**
 * The Hetzner API, at an address that needs no token and counts against no limit of a project, and `loopback`: any answer of theirs
 * is one in time or a late one.
 */
export async function witnessesOf(world: World, loopback: string): Promise<Probe[]> {
  const { hetznerEndpoint } = await import('../../hetzner/api/create-api.js');
  const cloud = new URL('/', world.sovereign.spec.hetzner.endpoint ?? hetznerEndpoint).href;
  return [
    [`${witnessPrefix}loopback`, loopback],
    [`${witnessPrefix}${new URL(cloud).host}`, cloud],
  ].map(
    ([name = '', url = '']): Probe => ({
      name,
      class: 'witness',
      look: (how) => lookAtPage(world, url, how, () => true),
    }),
  );
}

async function lookAtPage(
  world: World,
  url: string,
  { signal, fresh }: Look,
  alive: (status: number) => boolean,
): Promise<Seen> {
  const { status, headers } = await world.http({ url, timeoutMs: deadlineMs, signal, kept: !fresh });
  const date = Date.parse(headers['date'] ?? '');
  return { ...judged(status, alive), ...(Number.isNaN(date) ? {} : { date }) };
}

const judged = (status: number, alive: (status: number) => boolean): Seen => ({
  status,
  bad: alive(status) ? undefined : `answered ${status}`,
});

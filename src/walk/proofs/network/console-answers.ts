/** #385: console, api and helmwatch answer on the Sovereign's own hosts, and nothing of the platform points at the mother. */
import { fluxNamespace } from '../../../blueprints/charts/chart-source.js';
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { waitUntil } from '../../../support/wait.js';
import { requireStatus } from '../../../tools/http/http-json.js';
import type { World } from '../../../world/world.js';
import { disproved, type ProofOf } from '../proof.js';
import { loadNewConsole } from './console-page.js';
import { componentsOf, deploymentOf } from './own-deployment.js';

const step = '#385';
const namespace = 'catalyst-system';

export const consoleAnswers: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn } = world.sovereign.spec;
    const { page, files } = await loadNewConsole(world, step);
    const health = `https://api.${fqdn}/healthz`;
    requireStatus(await world.http({ url: health }), health, [200]);
    const own = await deploymentOf(world);
    if (own.sovereignFQDN !== fqdn) throw disproved(step, `catalyst-api to show ${fqdn}`, own.sovereignFQDN);
    const watched = await watchedReleases(world);
    const deployments = await ownDeployments(world);
    return {
      summary: `${page} loads with ${files.length} files; catalyst-api watches ${watched} releases; ${deployments.length} Deployments name no host of the mother`,
      facts: { page, files, deployment: own.id, watched, deployments },
    };
  },
});

/** How many releases its informer has, once it has every one of the cluster. It lists them some seconds after its Pod has started. */
async function watchedReleases(world: World): Promise<number> {
  const kube = await world.kube();
  const releases = await kube.list({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    namespace: fluxNamespace,
  });
  const names = releases.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('bp-'));
  return waitUntil<number>({
    reason: 'catalyst-api to watch the releases of its own cluster',
    timeoutMs: 120_000,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      const { watching, components } = await componentsOf(world);
      const missing = names.filter((name) => !components.some((one) => one.helmReleaseName === name));
      if (watching && missing.length === 0) return { done: components.length };
      return {
        pending: watching ? `catalyst-api does not show ${missing.join(', ')}` : 'catalyst-api watches nothing',
      };
    },
  });
}

/** Names of the platform's Deployments. Throws E4009 for one that names a host of the mother. */
async function ownDeployments(world: World): Promise<string[]> {
  const { mother } = world.sovereign.spec;
  const kube = await world.kube();
  const deployments = await kube.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace });
  if (deployments.length === 0) throw disproved(step, `Deployments in ${namespace}`, 'none');
  return deployments.map(({ metadata, spec }: KubeObject) => {
    const text = JSON.stringify(spec.template);
    const host = mother.hosts.find((candidate) => text.includes(candidate));
    if (host) throw disproved(step, 'nothing that points at the mother', `${namespace}/${metadata.name} names ${host}`);
    return metadata.name;
  });
}

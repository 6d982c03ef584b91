/** #385: console and api answer on the Sovereign's own hosts, and nothing of the platform points at the mother. */
import { disproved, type ProofOf } from '../proof.js';

const namespace = 'catalyst-system';

export const consoleAnswers: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn, mother } = world.sovereign.spec;
    const seen: Record<string, number> = {};
    for (const url of [
      `https://console.${fqdn}/`,
      `https://api.${fqdn}/healthz`,
      `https://api.${fqdn}/api/v1/health`,
    ]) {
      const answer = await world.http({ url });
      seen[url] = answer.status;
      if (answer.status !== 200) throw disproved('#385', `${url} to answer 200`, String(answer.status));
    }
    const kube = await world.kube();
    const deployments = await kube.list({ apiVersion: 'apps/v1', kind: 'Deployment', namespace });
    if (deployments.length === 0) throw disproved('#385', `Deployments in ${namespace}`, 'none');
    for (const deployment of deployments) {
      const text = JSON.stringify(deployment.spec.template);
      const host = mother.hosts.find((candidate) => text.includes(candidate));
      if (host)
        throw disproved(
          '#385',
          'nothing that points at the mother',
          `${namespace}/${deployment.metadata.name} names ${host}`,
        );
    }
    return {
      summary: `console, api and health answer on ${fqdn}; ${deployments.length} Deployments name no host of the mother`,
      facts: { seen, deployments: deployments.map((deployment) => deployment.metadata.name) },
    };
  },
});

/** #372: an Ingress and an IngressRoute to a probe answer at the load balancer, on 80 and 443, and a slow body is not cut. */
import { loadBalancerHealth } from '../../../hetzner/cluster/load-balancer-health.js';
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { waitForRollout } from '../../../kubernetes/rollout.js';
import { messageOf } from '../../../support/errors/errors.js';
import { waitUntil } from '../../../support/wait.js';
import type { World } from '../../../world/world.js';
import { probeImages } from '../../probes/probe-images.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import type { ProofOf } from '../proof.js';
import { slowBodyArrives } from './slow-body.js';

const name = 'probe-web';
const labels = { app: name };

function probeWeb(fqdn: string): KubeObject[] {
  const at = { name, namespace: probeNamespace };
  const container = {
    name: 'web',
    image: probeImages.web,
    args: ['--port=8080'],
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  };
  return [
    probeNamespaceObject(),
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: at,
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: at,
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: at,
      spec: {
        ingressClassName: 'traefik',
        rules: [
          {
            host: `probe-ingress.${fqdn}`,
            http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
          },
        ],
      },
    },
    {
      apiVersion: 'traefik.io/v1alpha1',
      kind: 'IngressRoute',
      metadata: at,
      spec: {
        entryPoints: ['websecure'],
        routes: [{ kind: 'Rule', match: `Host(\`probe-route.${fqdn}\`)`, services: [{ name, port: 80 }] }],
        tls: {},
      },
    },
  ];
}

export const ingressAnswers: ProofOf = (world) => {
  const { fqdn } = world.sovereign.spec;
  const objects = probeWeb(fqdn);
  return {
    plan: () => probeMutations(objects),
    async take(context) {
      const kube = await world.kube();
      return withProbes(kube, context, objects, async () => {
        await waitForRollout(kube, [{ kind: 'Deployment', namespace: probeNamespace, name }], 180_000);
        const plain = await answers(world, `http://probe-ingress.${fqdn}/`, [200, 301, 302, 307, 308]);
        await answers(world, `https://probe-ingress.${fqdn}/`, [200]);
        await answers(world, `https://probe-route.${fqdn}/`, [200]);
        const slow = await slowBodyArrives(world, `https://probe-route.${fqdn}/`, context.signal);
        return {
          summary: `Ingress and IngressRoute answer on 443; 80 answers ${plain}; ${slow}`,
          facts: { plain, slow },
        };
      });
    },
  };
};

/** Asks until the route is in force; the certificate may still be Traefik's own (#373 proves that one). */
function answers(world: World, url: string, wanted: readonly number[]): Promise<number> {
  return waitUntil<number>({
    reason: `an answer from ${url}`,
    timeoutMs: 120_000,
    clock: world.clock,
    signal: world.signal,
    look: async () => {
      const answer = await world.http({ url, insecure: true }).catch((error: unknown) => messageOf(error));
      if (typeof answer === 'string') return { pending: [answer, ...(await behind(world, url))].join(' ') };
      const own = answer.status !== 200 || answer.text.includes('Hostname:');
      return wanted.includes(answer.status) && own
        ? { done: answer.status }
        : { pending: `${url} answers ${answer.status}: ${answer.text.trim().slice(0, 120)}` };
    },
  });
}

/** What Hetzner says of the targets, where a connection failed. */
async function behind(world: World, url: string): Promise<string[]> {
  const port = url.startsWith('https:') ? 443 : 80;
  const health = await world
    .hetzner()
    .then((api) => loadBalancerHealth(api, world.sovereign.spec.fqdn, port))
    .catch(() => undefined);
  return health === undefined ? [] : [`${health}.`];
}

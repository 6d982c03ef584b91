/** #385 taken on a cluster of the lab: the chart's objects through its API server, its ingress and its programs. */
import { get } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { HttpAnswer } from '../../../src/tools/http/http.js';
import { consoleAnswers } from '../../../src/walk/proofs/network/console-answers.js';
import { crd } from '../../src/controllers/crd.js';
import { type Cluster, cilium, cluster, deploymentReady, namespace, node, workload } from '../controllers/harness.js';
import { takeProof } from '../controllers/proof-rig.js';
import { renderedChart } from './rendered-chart.js';

let lab: Cluster;
afterEach(() => lab.close());

/** Over TLS at the ingress of the lab, whatever certificate it has. */
const http = ({ url }: { url: string }): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const { host, pathname } = new URL(url);
    const at = { host: '127.0.0.1', port: lab.ingress.https.port, path: pathname, headers: { host }, servername: host };
    get({ ...at, rejectUnauthorized: false, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string>, text });
    }).on('error', reject);
  });

test('the proof of the console is taken on the tree as it is, and waits for a release that the informer lacks', async () => {
  lab = await cluster();
  for (const name of ['kube-system', 'traefik', 'catalyst-system', 'flux-system'])
    await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  await lab.kube.apply(crd('traefik.io', 'v1alpha1', 'Middleware', 'Namespaced'));
  await lab.kube.apply(crd('helm.toolkit.fluxcd.io', 'v2', 'HelmRelease', 'Namespaced'));
  await lab.kube.apply({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'traefik' },
    spec: { controller: 'traefik.io/ingress-controller' },
  });
  const ports = [{ name: 'websecure', port: 443, targetPort: 8443, nodePort: 31443 }];
  const spec = { type: 'NodePort', selector: { app: 'traefik' }, ports };
  await lab.kube.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'traefik', namespace: 'traefik' },
    spec,
  });
  await lab.kube.apply(workload('Deployment', 'traefik', 'traefik'));
  const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
  await lab.kube.apply({
    ...release,
    metadata: { name: 'bp-cilium', namespace: 'flux-system' },
    spec: { suspend: true },
  } as KubeObject);
  for (const object of await renderedChart()) await lab.kube.apply(object);
  for (const [ns, name] of [
    ['traefik', 'traefik'],
    ['catalyst-system', 'catalyst-api'],
    ['catalyst-system', 'catalyst-ui'],
  ] as const)
    await lab.until({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: ns, name }, deploymentReady);
  const { evidence } = await takeProof(consoleAnswers, lab, { http } as never);
  expect(evidence.facts).toMatchObject({ watched: 1, deployments: ['catalyst-api', 'catalyst-ui'] });
});

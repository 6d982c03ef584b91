/** #380 on the emulated trivy-operator, with the environment that its chart makes of the Blueprint's values. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { imageScanned } from '../../../src/walk/proofs/security/image-scanned.js';
import { exec, helm, inScratch } from '../../../test/unit/blueprints/charts-rig.js';
import { blueprints } from '../../../test/unit/blueprints/rig.js';
import { crd } from '../../src/controllers/crd.js';
import { stubCharts } from '../../src/stub-charts/stub.js';
import { type Cluster, cilium, cluster, deploymentReady, namespace, node, workload } from './harness.js';
import { takeProof } from './proof-rig.js';

const reports = { apiVersion: 'aquasecurity.github.io/v1alpha1', kind: 'VulnerabilityReport' };
let lab: Cluster;

/** The operator's Deployment as the chart renders it. */
const operator = (more: object = {}) =>
  inScratch(async (scratch) => {
    const blueprint = (await blueprints()).find(({ name }) => name === 'bp-trivy')!;
    const [chart] = await stubCharts([blueprint]);
    const file = join(scratch, 'trivy.tgz');
    await writeFile(file, chart!.tgz);
    const values = { ...(blueprint.documents.values['values'] as object), ...more };
    const args = ['template', 'trivy', file, '-n', 'trivy-system', '--values', '-'];
    const { stdout } = await exec({ file: await helm(), args, stdin: JSON.stringify(values) });
    return (parseYamlStream(stdout) as KubeObject[]).find(({ kind }) => kind === 'Deployment')!;
  });

const begin = async () => {
  lab = await cluster();
  for (const name of ['kube-system', 'trivy-system', 'shop']) await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  await lab.kube.apply(crd('aquasecurity.github.io', 'v1alpha1', 'VulnerabilityReport', 'Namespaced'));
};
afterEach(() => lab.close());

test('the probe workload is scanned, and leaves nothing', async () => {
  await begin();
  await lab.kube.apply(await operator());
  const { evidence, planned, sentences } = await takeProof(imageScanned, lab);
  expect(evidence.facts['image']).toBe('curlimages/curl:8.17.0');
  expect(sentences).toEqual(planned);
  const gone = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst-probes', name: 'probe-scan' };
  expect(await lab.kube.get(gone)).toBeUndefined();
});

test('a namespace that the values exclude has no report, the one of the operator among them', async () => {
  await begin();
  await lab.kube.apply(await operator({ excludeNamespaces: 'kube-*, trivy-system' }));
  const at = (ns: string, name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: ns, name });
  await lab.kube.apply(workload('Deployment', 'kube-system', 'left-out'));
  await lab.until(at('kube-system', 'left-out'), deploymentReady);
  await lab.until(at('trivy-system', 'trivy-operator'), deploymentReady);
  await lab.kube.apply(workload('Deployment', 'shop', 'web'));
  await lab.until(at('shop', 'web'), deploymentReady);
  const [set] = await lab.kube.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'shop' });
  await lab.until({ ...reports, namespace: 'shop', name: `replicaset-${set!.metadata.name}-web` }, Boolean);
  const found = await lab.kube.list(reports);
  expect(found.map(({ metadata }) => metadata.namespace)).toEqual(['shop']);
});

/** #381 on the emulated collector: a log goes with its Pod, and is collected only from a Pod that stays. */
import { afterEach, expect, test } from 'vitest';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { runProbe } from '../../../src/walk/probes/probe-job.js';
import { telemetryFound } from '../../../src/walk/proofs/data/telemetry-found.js';
import type { ProofOf } from '../../../src/walk/proofs/proof.js';
import { type Cluster, cilium, cluster, deploymentReady, namespace, node, workload } from './harness.js';
import { takeProof } from './proof-rig.js';

const namespaceOfAll = 'observability';
const sources = [
  { uid: 'loki', url: `http://loki.${namespaceOfAll}.svc.cluster.local:80` },
  { uid: 'mimir', url: `http://mimir-gateway.${namespaceOfAll}.svc.cluster.local:80/prometheus` },
  { uid: 'tempo', url: `http://tempo.${namespaceOfAll}.svc.cluster.local:80` },
];
let lab: Cluster;

const begin = async () => {
  lab = await cluster();
  for (const name of ['kube-system', namespaceOfAll]) await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  const at = (name: string) => ({ name, namespace: namespaceOfAll });
  await lab.kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: at('grafana-admin'),
    stringData: { 'admin-user': 'admin', 'admin-password': 'hidden' },
  });
  const provisioned = { datasources: sources.map((one) => ({ ...one, name: one.uid, type: one.uid })) };
  const data = { 'datasources.yaml': toYaml(provisioned) };
  await lab.kube.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: at('grafana'), data });
  for (const name of ['grafana', 'loki', 'mimir-gateway', 'tempo', 'alloy']) {
    const port = name === 'alloy' ? 4318 : 80;
    const spec = { selector: { app: name }, ports: [{ name: 'http', port, targetPort: port }] };
    await lab.kube.apply({ apiVersion: 'v1', kind: 'Service', metadata: at(name), spec });
    await lab.kube.apply(workload(name === 'alloy' ? 'DaemonSet' : 'Deployment', namespaceOfAll, name));
  }
  for (const name of ['grafana', 'loki', 'mimir-gateway', 'tempo'])
    await lab.until({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: namespaceOfAll, name }, deploymentReady);
  const collector = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: namespaceOfAll, name: 'alloy' };
  await lab.until(collector, (object) => (object?.status?.numberReady ?? 0) > 0);
};
afterEach(() => lab.close());

const http = async ({ url, headers }: { url: string; headers?: Record<string, string> }) => {
  const { pathname, searchParams } = new URL(url);
  const request = { method: 'GET', path: pathname, query: searchParams, headers: headers ?? {}, body: Buffer.alloc(0) };
  const { status, body = '' } = await lab.call(namespaceOfAll, 'grafana', 80, request as never);
  return { status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify(body) };
};

test('a log line, a metric and a trace of a Pod that stays are found', async () => {
  await begin();
  const { evidence, planned, sentences } = await takeProof(telemetryFound, lab, { http });
  expect(evidence.facts['trace']).toMatch(/^[0-9a-f]{32}$/);
  expect(sentences).toEqual(planned);
  expect(await lab.kube.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'catalyst-probes' })).toEqual([]);
});

test('the log of a Pod that is removed as soon as it has sent is not there', async () => {
  await begin();
  const trace = 'ab'.repeat(16);
  const env = { TRACE: trace, OTLP: `http://alloy.${namespaceOfAll}.svc.cluster.local:4318` };
  const job = { name: 'telemetry-send', image: 'curlimages/curl:8.17.0', script: 'true', env };
  const removing: ProofOf = (world) => ({
    plan: () => [],
    async take(context) {
      await runProbe(await world.kube(), context, job);
      return { summary: '', facts: {} };
    },
  });
  await takeProof(removing, lab);
  const asked = async (path: string) =>
    (await http({ url: `http://grafana/api/datasources/proxy/uid/${path}`, headers })).text;
  const headers = { authorization: `Basic ${Buffer.from('admin:hidden').toString('base64')}` };
  expect(await asked(`mimir/api/v1/query?query=${trace}`)).toContain(trace);
  // the next discovery has come and gone: another Pod, which stays, has its line
  const stays = 'cd'.repeat(16);
  let line = '';
  const staying: ProofOf = (world) => ({
    plan: () => [],
    async take(context) {
      await runProbe(await world.kube(), context, { ...job, env: { ...env, TRACE: stays } }, async () => {
        while (!line.includes(`catalyst probe ${stays}`)) {
          line = await asked(`loki/loki/api/v1/query_range?query=${stays}`);
          await new Promise((next) => setImmediate(next));
        }
      });
      return { summary: '', facts: {} };
    },
  });
  await takeProof(staying, lab);
  expect(await asked(`loki/loki/api/v1/query_range?query=${trace}`)).not.toContain(`catalyst probe ${trace}`);
});

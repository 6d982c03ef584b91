/**
 * Real engines, when they are built (npm run engines): wall time of two control planes with all of Flux ready on both, from
 * nothing; then how long after a Ready condition is written our wait for it resolves, against `kubectl wait` on the same
 * objects, in turn. Alone: node bench/engines.mjs
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterWithFlux } from './real-cluster.mjs';
import { toolPath } from './tool-path.mjs';

const root = join(import.meta.dirname, '..');
const load = (path) => import(join(root, 'dist/src', path));
const { findEngines } = await load('../lab/src/engines/build/cache.js');
const { systemClock: clock } = await load('support/clock.js');
const { createExec } = await load('tools/exec/exec.js');
const { createKube } = await load('kubernetes/client/kube-client.js');
const { createRedactor } = await load('support/redact/redact.js');

const rounds = 100;
const dir = mkdtempSync(join(tmpdir(), 'catalyst-bench-engines-'));
const stop = new AbortController();
const { signal } = stop;
const since = (from) => performance.now() - from;
const percentile = (times, part) => times.sort((a, b) => a - b)[Math.ceil(times.length * part) - 1];

/** Ready as a controller writes it, on an object that no controller looks at: its kind is ours alone. */
const widget = (name) => ({ apiVersion: 'bench.openova.io/v1', kind: 'Widget', metadata: { name, namespace: 'default' } });
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.openova.io' },
  spec: {
    group: 'bench.openova.io',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};
const refOf = ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, ...metadata });
const isReady = (object) => object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

/** Milliseconds from the write's being sent to `noticed`, which has been waiting for a while. */
async function noticing(kube, name, wait) {
  const object = widget(name);
  await kube.apply(object);
  const noticed = wait(refOf(object));
  // the watch of either is open by then; both have as long
  await clock.sleep(400);
  const from = performance.now();
  const conditions = [{ type: 'Ready', status: 'True', reason: 'Bench', message: '', lastTransitionTime: new Date().toISOString() }];
  await Promise.all([kube.patchStatus(refOf(object), { conditions }), noticed]);
  return since(from);
}

async function latency({ kube, file }) {
  await kube.apply(definition);
  while ((await kube.raw('/apis/bench.openova.io/v1/widgets')).status !== 200) await clock.sleep(50);
  const kubectl = await toolPath('kubectl');
  const ours = createKube({ kubeconfig: file, kubectl: async () => kubectl, exec: createExec(createRedactor()), clock, signal });
  const look = (object) => (isReady(object) ? { done: true } : { pending: 'not Ready' });
  const byUs = (ref) => ours.waitFor(ref, { reason: 'Ready', timeoutMs: 30_000, look });
  const byKubectl = ({ name }) =>
    new Promise((resolve, reject) => {
      const args = ['--kubeconfig', file, '-n', 'default', 'wait', `widget/${name}`, '--for=condition=Ready', '--timeout=30s'];
      spawn(kubectl, args, { stdio: 'ignore' }).on('close', (code) => (code === 0 ? resolve() : reject(new Error(`kubectl wait: ${code}`))));
    });
  const [mine, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    mine.push(await noticing(kube, `mine-${round}`, byUs));
    if (round % 5 === 0) theirs.push(await noticing(kube, `theirs-${round}`, byKubectl));
  }
  const [p50, p95, peer] = [percentile(mine, 0.5), percentile(mine, 0.95), percentile(theirs, 0.95)];
  console.log(
    `Ready to noticed, p95        ${p95.toFixed(1)} ms  ${(p95 / peer).toFixed(2)} × kubectl wait (${peer.toFixed(1)} ms); p50 ${p50.toFixed(1)} ms, ${rounds} times, target 150 ms`,
  );
}

async function run() {
  let engines;
  try {
    engines = findEngines(process.env);
  } catch (error) {
    console.log(`real engines                 not measured: ${error.message}`);
    return;
  }
  const planes = [];
  try {
    const from = performance.now();
    const clusters = await Promise.all(['mother', 'sovereign'].map((name) => clusterWithFlux(join(dir, name), engines)));
    planes.push(...clusters);
    console.log(`two control planes with Flux ${(since(from) / 1000).toFixed(1)} s   target 20 s`);
    await latency(clusters[0]);
  } finally {
    for (const cluster of planes) await cluster.close();
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
}

await run();

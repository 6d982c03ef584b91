/**
 * Real engines, when they are built (npm run engines): wall time of two control planes with all of Flux ready on both, from
 * nothing; then how long after a Ready condition is written our wait for it resolves, against `kubectl wait` on the same
 * objects, in turn. Alone: node bench/engines.mjs
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolPath } from './tool-path.mjs';

const root = join(import.meta.dirname, '..');
const load = (path) => import(join(root, 'dist/src', path));
const { findEngines } = await load('lab/engines/cache.js');
const { freePorts } = await load('lab/engines/children.js');
const { startControlPlane } = await load('lab/engines/control-plane.js');
const { fluxNames, startFlux } = await load('lab/engines/flux-programs.js');
const { trueCrds } = await load('lab/engines/true-crds.js');
const { createLabKube } = await load('lab/kubernetes/client.js');
const { systemClock: clock } = await load('support/clock.js');
const { createExec } = await load('tools/exec.js');
const { createKube } = await load('tools/kube-client.js');
const { createRedactor } = await load('support/redact.js');

const rounds = 100;
const dir = mkdtempSync(join(tmpdir(), 'catalyst-bench-engines-'));
const stop = new AbortController();
const { signal } = stop;
const since = (from) => performance.now() - from;
const percentile = (times, part) => times.sort((a, b) => a - b)[Math.ceil(times.length * part) - 1];

async function clusterWithFlux(name, engines) {
  const directory = join(dir, name);
  const plane = await startControlPlane({ name, directory, engines, clock, signal, dnsNames: [], ipAddresses: [], say: () => {} });
  const crds = trueCrds(engines, (engine) => engine.startsWith('flux-'));
  const kube = createLabKube(plane.kubeconfig(), 'bench');
  const flux = crds.names().filter((crd) => crd.endsWith('.toolkit.fluxcd.io'));
  await Promise.all(flux.map((crd) => kube.apply(crds.object(crd))));
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } });
  const ports = await freePorts(11);
  const file = join(directory, 'flux.kubeconfig');
  writeFileSync(file, plane.kubeconfig({ namespace: 'flux-system' }), { mode: 0o600 });
  const network = () => ({ proxy: '', caFile: plane.pki.file('ca.crt') });
  mkdirSync(join(directory, 'flux'), { recursive: true });
  for (const program of fluxNames) startFlux(program, file, ports, { plane, engines, directory, network });
  await Promise.all(fluxNames.map((_program, index) => answering(`http://127.0.0.1:${ports[2 * index + 1]}/readyz`)));
  return { plane, kube, file };
}

async function answering(url) {
  while (!(await fetch(url).then((answer) => answer.ok, () => false))) await clock.sleep(20, AbortSignal.timeout(60_000));
}

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

async function latency({ plane, kube, file }) {
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
  return plane;
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
    const clusters = await Promise.all(['mother', 'sovereign'].map((name) => clusterWithFlux(name, engines)));
    planes.push(...clusters);
    console.log(`two control planes with Flux ${(since(from) / 1000).toFixed(1)} s   target 20 s`);
    await latency(clusters[0]);
  } finally {
    for (const { kube, plane } of planes) {
      kube.close();
      await plane.stop();
    }
    stop.abort();
    rmSync(dir, { recursive: true, force: true });
  }
}

await run();

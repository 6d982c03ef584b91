/** Real control planes for benches: bare, or with Flux's programs ready; each with what ends it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const load = (path) => import(join(import.meta.dirname, '../dist/src', path));
const { freePorts } = await load('../lab/src/engines/children.js');
const { startControlPlane } = await load('../lab/src/engines/control-plane.js');
const { fluxNames, startFlux } = await load('../lab/src/engines/build/flux-programs.js');
const { upstreamCrds } = await load('../lab/src/engines/build/upstream-crds.js');
const { createLabKube } = await load('../lab/src/kubernetes/client/client.js');
const { nodeObject, registerNode } = await load('../lab/src/clusters/node-object.js');
const { systemClock: clock } = await load('support/clock.js');

/** A control plane from nothing; `file` is its admin's kubeconfig. */
export async function freshCluster(directory, engines) {
  const stop = new AbortController();
  const name = directory.split('/').at(-1);
  const plane = await startControlPlane({ name, directory, engines, clock, signal: stop.signal, dnsNames: [], ipAddresses: [], say: () => {} });
  const kube = createLabKube(plane.kubeconfig(), 'bench');
  const file = join(directory, 'flux.kubeconfig');
  writeFileSync(file, plane.kubeconfig({ namespace: 'flux-system' }), { mode: 0o600 });
  return {
    ...{ plane, kube, file, stop },
    async close() {
      stop.abort();
      kube.close();
      await plane.stop();
    },
  };
}

/** The same with all of Flux answering. */
export async function clusterWithFlux(directory, engines) {
  const cluster = await freshCluster(directory, engines);
  const { plane, kube, file } = cluster;
  const crds = upstreamCrds(engines, (engine) => engine.startsWith('flux-'));
  const flux = crds.names().filter((crd) => crd.endsWith('.toolkit.fluxcd.io'));
  await Promise.all(flux.map((crd) => kube.apply(crds.object(crd))));
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } });
  const ports = await freePorts(11);
  const network = () => ({ proxy: '', caFile: plane.pki.file('ca.crt') });
  mkdirSync(join(directory, 'flux'), { recursive: true });
  for (const program of fluxNames) startFlux(program, file, ports, { plane, engines, directory, network });
  await Promise.all(fluxNames.map((_program, index) => answering(`http://127.0.0.1:${ports[2 * index + 1]}/readyz`)));
  return cluster;
}

async function answering(url) {
  while (!(await fetch(url).then((answer) => answer.ok, () => false))) await clock.sleep(20, AbortSignal.timeout(60_000));
}

/** One node with room and volumes for all; from now on each Pod is Ready once it is scheduled there. */
export async function playedNode(kube, signal) {
  const node = { name: 'bench', address: '10.0.1.2', role: 'control-plane', version: 'v1.36.3', cores: 64, memoryGi: 256 };
  const at = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const isSo = (type) => ({ type, status: 'True', reason: 'Bench', lastTransitionTime: at() });
  await registerNode(kube, nodeObject(node));
  await kube.apply(storageClass);
  await Promise.all([1, 2, 3, 4].map((number) => kube.apply(volume(number))));
  await kube.patchStatus({ apiVersion: 'v1', kind: 'Node', name: node.name }, { conditions: [{ ...isSo('Ready'), lastHeartbeatTime: at() }] });
  const run = async ({ type, object: { metadata, spec, status } }) => {
    if (type === 'DELETED' || metadata.deletionTimestamp || !spec.nodeName || status.phase === 'Running') return;
    const containerStatuses = spec.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: '', ready: true, started: true, restartCount: 0 },
      state: { running: { startedAt: at() } },
    }));
    const conditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(isSo);
    const pod = { apiVersion: 'v1', kind: 'Pod', namespace: metadata.namespace, name: metadata.name };
    const wanted = { phase: 'Running', startTime: at(), conditions, containerStatuses };
    const isTold = () =>
      kube.patchStatus(pod, wanted).then(
        () => true,
        (error) => signal.aborted || error.status === 404,
      );
    while (!(await isTold())) await clock.sleep(200);
  };
  kube.watch({ apiVersion: 'v1', kind: 'Pod' }, (event) => void run(event), signal).catch(() => {});
}

/** The class that charts ask k3s for; its claims take one of these volumes each, since no provisioner runs. */
const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local-path' },
  provisioner: 'kubernetes.io/no-provisioner',
  volumeBindingMode: 'WaitForFirstConsumer',
};
const volume = (number) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: `bench-${number}` },
  spec: {
    capacity: { storage: '100Gi' },
    accessModes: ['ReadWriteOnce'],
    storageClassName: storageClass.metadata.name,
    hostPath: { path: `/bench/${number}` },
  },
});

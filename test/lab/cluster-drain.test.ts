/**
 * Story: a cluster in which a cloud controller and a CSI driver have made things at Hetzner is taken down; first with its
 * controllers alive, then without anything that this machine knew. The two controllers are emulated here, as they behave.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HetznerApi, HetznerWriter } from '../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../src/hetzner/api/create-api.js';
import type { Kube, KubeObject, KubeWriter } from '../../src/kubernetes/client/kube.js';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { type Catalyst, catalystAtHome } from './catalyst.js';

const fqdn = 'omantel.omani.works';
const base = 'catalyst-omantel-omani-works';
const finalizer = 'service.kubernetes.io/load-balancer-cleanup';
const stop = new AbortController();

let catalyst: Catalyst;
let api: HetznerApi & HetznerWriter;
/** In the order in which the emulated controllers freed them. */
let freed: string[];
/** Servers of ours that stood at that moment. */
let servers: number[];

beforeAll(async () => {
  catalyst = catalystAtHome('drain');
  const lab = await catalyst.up();
  const token = lab.credentials['hcloud-token']!;
  api = createHetznerApi({ token, endpoint: lab.endpoints['hetzner'], signal: stop.signal });
  const { document } = await catalyst.json<{ file: string }>(args('purge', 'plan'));
  expect((await catalyst.run(args('purge', 'apply', document.result.file, '--confirm', fqdn))).code).toBe(0);
});
afterAll(async () => {
  stop.abort();
  await catalyst.close();
});

const args = (...more: string[]) => [...more, '--lab', catalyst.lab];
const labels = { 'managed-by': 'csi-driver', 'pvc-name': 'data', 'pvc-namespace': 'default' };
/** The sister Sovereign's names begin with the same letters. */
const isOurs = (name: string) => /^catalyst-omantel-omani-works-(cp|w)\d+$/.test(name);
const names = async (type: 'load_balancer' | 'volume' | 'server') =>
  (await api.list(type)).map(({ name }) => name).sort();

async function createCluster(): Promise<Kube & KubeWriter> {
  const created = await catalyst.json(args('cluster', 'create', '--yes'));
  expect(created.document, JSON.stringify(created.document.error)).toMatchObject({ status: 'ok' });
  const { document } = await catalyst.json<{ kubeconfig: string }>(args('cluster', 'kubeconfig'));
  const kubeconfig = join(catalyst.home, 'kubeconfig');
  writeFileSync(kubeconfig, document.result.kubeconfig, { mode: 0o600 });
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(catalyst.home, 'binaries') });
  const kubectl = () => binaries.path('kubectl');
  return createKube({ kubeconfig, kubectl, exec, clock: systemClock, signal: stop.signal });
}

const serverNamed = async (name: string) => (await api.list('server', { name }))[0]!;
const network = async () => (await api.list('network', { name: `${base}-net` }))[0]!.id;

/** What a Service of type LoadBalancer and two claims lead to. */
async function controllersMake(kube: Kube & KubeWriter, prefix: string): Promise<void> {
  const uid = `${prefix}-service-uid`;
  await kube.apply([
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `${prefix}-web`, namespace: 'default', finalizers: [finalizer] },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'web' } },
    },
  ]);
  const balancer = { load_balancer_type: 'lb11', location: 'fsn1', network: await network() };
  await api.create('load_balancer', { ...balancer, name: `${prefix}-lb`, labels: { 'hcloud-ccm/service-uid': uid } });
  const { id: server } = await serverNamed(`${base}-w1`);
  const attached = await api.create('volume', { name: `${prefix}-attached`, size: 10, server, labels });
  const detached = await api.create('volume', { name: `${prefix}-detached`, size: 10, location: 'fsn1', labels });
  const kept = await api.create('volume', { name: `${prefix}-kept`, size: 10, server, labels });
  await api.settle([...attached.actions, ...detached.actions, ...kept.actions]);
  const volume = (name: string, id: number, policy: string): KubeObject[] => [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name,
        ...(policy === 'Delete' ? { finalizers: ['external-provisioner.volume.kubernetes.io/finalizer'] } : {}),
      },
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'hcloud-volumes',
        persistentVolumeReclaimPolicy: policy,
        csi: { driver: 'csi.hetzner.cloud', volumeHandle: String(id) },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace: 'default' },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name,
        namespace: 'default',
        annotations: { 'volume.kubernetes.io/storage-provisioner': 'csi.hetzner.cloud' },
      },
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '10Gi' } },
        storageClassName: 'hcloud-volumes',
        volumeName: name,
      },
    },
  ];
  await kube.apply([
    ...volume(`${prefix}-attached`, attached.resource.id, 'Delete'),
    ...volume(`${prefix}-detached`, detached.resource.id, 'Delete'),
    ...volume(`${prefix}-kept`, kept.resource.id, 'Retain'),
  ]);
}

/** Frees what was asked to go, until the API server has gone. */
async function controllersFree(kube: Kube & KubeWriter, prefix: string): Promise<void> {
  freed = [];
  servers = [];
  const free = async (what: string, make: () => Promise<unknown>) => {
    servers.push((await api.list('server')).filter(({ name }) => isOurs(name)).length);
    await make();
    freed.push(what);
  };
  for (;;) {
    await systemClock.sleep(150, stop.signal);
    const services = await kube.list({ apiVersion: 'v1', kind: 'Service' }).catch(() => undefined);
    if (!services) return;
    for (const service of services.filter(({ metadata }) => metadata.deletionTimestamp && metadata.finalizers)) {
      const [balancer] = await api.list('load_balancer', { name: `${prefix}-lb` });
      if (balancer)
        await free(`${prefix}-lb`, async () => api.settle((await api.delete('load_balancer', balancer.id)).actions));
      await kube.patch({ ...service, ...service.metadata } as never, { metadata: { finalizers: null } });
    }
    const claims = await kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    const volumes = await kube.list({ apiVersion: 'v1', kind: 'PersistentVolume' });
    const released = volumes.filter(
      ({ spec, metadata }) =>
        spec.persistentVolumeReclaimPolicy === 'Delete' &&
        spec.csi &&
        !claims.some((claim) => claim.metadata.name === metadata.name),
    );
    for (const { metadata, spec } of released) {
      const id = Number(spec.csi.volumeHandle);
      await free(metadata.name, async () => {
        const there = await api.get('volume', id);
        if (there?.server) await api.settle(await api.act('volume', id, 'detach'));
        await api.delete('volume', id);
      });
      const ref = { apiVersion: 'v1', kind: 'PersistentVolume', name: metadata.name };
      await kube.patch(ref, { metadata: { finalizers: null } });
      await kube.delete(ref);
    }
  }
}

describe('cluster destroy', () => {
  it('lets the controllers free what they made while they live, and keeps what says Retain', async () => {
    const kube = await createCluster();
    await controllersMake(kube, 'one');
    const controllers = controllersFree(kube, 'one').catch(() => undefined);
    const { document } = await catalyst.json<{ left: unknown[]; leaks: unknown[] }>(
      args('cluster', 'destroy', '--confirm', fqdn),
    );
    expect(document, JSON.stringify(document.error)).toMatchObject({ status: 'ok', result: { left: [], leaks: [] } });
    expect(freed.sort()).toEqual(['one-attached', 'one-detached', 'one-lb']);
    expect(
      servers.every((count) => count === 3),
      `servers at each moment: ${servers}`,
    ).toBe(true);
    const [kept] = await api.list('volume', { name: 'one-kept' });
    expect(JSON.stringify(document)).toContain(`keep or delete volume ${kept?.id} yourself`);
    expect(await names('load_balancer')).not.toContain('one-lb');
    expect((await names('volume')).filter((name) => name.startsWith('one-'))).toEqual(['one-kept']);
    expect((await names('server')).filter(isOurs)).toEqual([]);
    await controllers;
  });

  it('finds by network and server what controllers made, when nothing is known here and nobody answers', async () => {
    const kube = await createCluster();
    await controllersMake(kube, 'two');
    rmSync(join(catalyst.home, 'catalyst', 'labs', catalyst.lab, 'state'), { recursive: true, force: true });
    const { document } = await catalyst.json<{ left: unknown[] }>(args('cluster', 'destroy', '--confirm', fqdn));
    expect(document, JSON.stringify(document.error)).toMatchObject({ status: 'ok', result: { left: [] } });
    expect(await names('load_balancer')).not.toContain('two-lb');
    const volumes = await names('volume');
    expect(volumes).not.toContain('two-attached');
    // Nothing at Hetzner says whose these are: they are told of, never taken.
    expect(volumes).toContain('two-detached');
    const looked = await catalyst.json<{ resources: { name: string; reason: string; selected: boolean }[] }>(
      args('purge', 'plan'),
    );
    const row = looked.document.result.resources.find(({ name }) => name === 'two-detached');
    expect(row).toMatchObject({ selected: false, reason: expect.stringContaining('CSI driver') });
    expect(await names('server')).toContain('orders-db');
  });
});

import { afterEach, expect, test } from 'vitest';
import { findCondition, isTrue } from '../../src/controllers/conditions.js';
import type { LabNode } from '../../src/controllers/world.js';
import { worldMs } from '../../src/internet/pace.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';

let lab: Cluster;
afterEach(() => lab?.close());

test('a node that is off is lost after the grace period, its Pods with it, and both are back once it has booted', async () => {
  const machine: LabNode = { name: 'cp1', address: '10.0.1.2', publicAddress: '203.0.113.10', role: 'control-plane' };
  lab = await cluster({ nodes: () => [machine] });
  await lab.kube.apply(namespace('kube-system'), { fieldManager: 'test' });
  await lab.kube.apply(namespace('web'), { fieldManager: 'test' });
  await lab.kube.apply(node(), { fieldManager: 'test' });
  await lab.kube.apply(cilium, { fieldManager: 'test' });
  await lab.kube.apply(workload('DaemonSet', 'web', 'front'), { fieldManager: 'test' });
  const cp1 = { apiVersion: 'v1', kind: 'Node', name: 'cp1' };
  const front = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'web', name: 'front' };
  await lab.until(cp1, (object) => isTrue(object, 'Ready'));
  await lab.until(front, (object) => object?.status?.numberReady === 1);

  machine.offSince = Date.now() - worldMs(50);
  lab.lab.recheck('v1/Node');
  const lost = await lab.until(cp1, (object) => findCondition(object, 'Ready')?.status === 'Unknown');
  expect(findCondition(lost, 'Ready')).toMatchObject({ reason: 'NodeStatusUnknown' });
  await lab.until(front, (object) => object?.status?.numberReady === 0);

  delete machine.offSince;
  lab.lab.recheck('v1/Node');
  lab.lab.recheck('v1/Pod');
  await lab.until(cp1, (object) => isTrue(object, 'Ready'));
  await lab.until(front, (object) => object?.status?.numberReady === 1);
});

test('within the grace period nobody knows of it', async () => {
  const machine: LabNode = { name: 'cp1', address: '10.0.1.2', role: 'control-plane' };
  lab = await cluster({ nodes: () => [machine] });
  await lab.kube.apply(namespace('kube-system'), { fieldManager: 'test' });
  await lab.kube.apply(node(), { fieldManager: 'test' });
  await lab.kube.apply(cilium, { fieldManager: 'test' });
  const cp1 = { apiVersion: 'v1', kind: 'Node', name: 'cp1' };
  await lab.until(cp1, (object) => isTrue(object, 'Ready'));
  machine.offSince = Date.now() + 3_600_000;
  lab.lab.recheck('v1/Node');
  // nothing of the cluster is looked at by its kubelet meanwhile
  await lab.kube.apply(namespace('later'), { fieldManager: 'test' });
  await lab.kube.apply(workload('DaemonSet', 'later', 'front'), { fieldManager: 'test' });
  const front = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'later', name: 'front' };
  const made = await lab.until(front, (object) => object?.status?.currentNumberScheduled === 1);
  expect(made.status.numberReady).toBe(0);
  expect(isTrue(await lab.kube.get(cp1), 'Ready')).toBe(true);
});

test('a machine that booted again reports another boot, and its containers have started since and are counted', async () => {
  const machine: LabNode = { name: 'cp1', address: '10.0.1.2', role: 'control-plane', bootId: 'first' };
  lab = await cluster({ nodes: () => [machine] });
  await lab.kube.apply(namespace('kube-system'), { fieldManager: 'test' });
  await lab.kube.apply(namespace('web'), { fieldManager: 'test' });
  await lab.kube.apply(node(), { fieldManager: 'test' });
  await lab.kube.apply(cilium, { fieldManager: 'test' });
  await lab.kube.apply(workload('DaemonSet', 'web', 'front'), { fieldManager: 'test' });
  const cp1 = { apiVersion: 'v1', kind: 'Node', name: 'cp1' };
  const front = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'web', name: 'front' };
  await lab.until(front, (object) => object?.status?.numberReady === 1);
  const of = async () => (await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'web' }))[0]!;
  const before = await of();
  expect(before.status.containerStatuses[0]).toMatchObject({ restartCount: 0 });

  machine.bootId = 'second';
  machine.bootedAt = Date.now() + 60_000;
  lab.lab.recheck('v1/Node');
  lab.lab.recheck('v1/Pod');
  await lab.until(cp1, (object) => object?.status?.nodeInfo?.bootID === 'second');
  const pod = { apiVersion: 'v1', kind: 'Pod', namespace: 'web', name: before.metadata.name };
  await lab.until(pod, (object) => (object?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
});

test('nobody acts in a cluster whose API has no quorum, and all goes on when it has one', async () => {
  let isDown = false;
  const machine: LabNode = { name: 'cp1', address: '10.0.1.2', role: 'control-plane' };
  lab = await cluster({ nodes: () => [machine], isDown: () => isDown });
  await lab.kube.apply(namespace('kube-system'), { fieldManager: 'test' });
  await lab.kube.apply(namespace('web'), { fieldManager: 'test' });
  await lab.kube.apply(node(), { fieldManager: 'test' });
  await lab.kube.apply(cilium, { fieldManager: 'test' });
  await lab.until({ apiVersion: 'v1', kind: 'Node', name: 'cp1' }, (object) => isTrue(object, 'Ready'));
  isDown = true;
  await lab.kube.apply(workload('DaemonSet', 'web', 'front'), { fieldManager: 'test' });
  const front = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'web', name: 'front' };
  expect((await lab.kube.get(front))?.status?.currentNumberScheduled ?? 0).toBe(0);
  isDown = false;
  await lab.until(front, (object) => object?.status?.numberReady === 1);
});

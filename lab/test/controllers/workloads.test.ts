import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createImagePulls } from '../../src/images/pulls.js';
import { type Cluster, cilium, cluster, deploymentReady, namespace, node, workload } from './harness.js';

const AGENT = { key: 'node.cilium.io/agent-not-ready', effect: 'NoSchedule', value: 'true' };
const ref = (kind: string, ns: string, name: string, apiVersion = 'apps/v1') => ({
  apiVersion,
  kind,
  namespace: ns,
  name,
});

describe('workloads of the emulated cluster', () => {
  let lab: Cluster;
  beforeEach(async () => {
    lab = await cluster();
    await lab.kube.apply(namespace('kube-system'));
    await lab.kube.apply(namespace('shop'));
  });
  afterEach(() => lab.close());

  it('wait for the network, and run once its agent does', async () => {
    await lab.kube.apply(node([AGENT]));
    await lab.kube.apply(workload('Deployment', 'shop', 'web'));
    const waiting = await lab.until(
      ref('Deployment', 'shop', 'web'),
      (object) => object?.status?.unavailableReplicas === 1,
    );
    expect(waiting.status.readyReplicas).toBe(0);
    await lab.kube.apply(cilium);
    await lab.until({ apiVersion: 'v1', kind: 'Node', name: 'cp1' }, (object) => !object?.spec.taints);
    await lab.until(ref('Deployment', 'shop', 'web'), deploymentReady);
    const [pod] = await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop' });
    expect(pod?.status.phase).toBe('Running');
  });

  it('stay NotReady while nobody with a matching certificate answers where the agent looks for the API server', async () => {
    await lab.close();
    const asked: string[] = [];
    let why: string | undefined = 'tls: failed to verify certificate';
    lab = await cluster({
      whyNoApi: async (from, host, port) => {
        asked.push(`${from.name} ${host}:${port}`);
        return why;
      },
    });
    await lab.kube.apply(namespace('kube-system'));
    await lab.kube.apply(node([AGENT]));
    const env = [
      { name: 'KUBERNETES_SERVICE_HOST', value: '10.0.1.2' },
      { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
    ];
    const containers = [{ name: 'main', image: 'cilium:1', env }];
    const told = workload('DaemonSet', 'kube-system', 'cilium', { tolerations: [{ operator: 'Exists' }], containers });
    await lab.kube.apply(told);
    await lab.until(ref('DaemonSet', 'kube-system', 'cilium'), (object) => object?.status?.numberUnavailable === 1);
    const [pod] = await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'kube-system' });
    const held = await lab.until(ref('Pod', 'kube-system', pod!.metadata.name, 'v1'), (object) =>
      object?.status?.conditions?.some(
        (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'False',
      ),
    );
    expect(JSON.stringify(held.status.conditions)).toContain(
      'Unable to contact k8s api-server https://10.0.1.2:6443: tls: failed to verify certificate',
    );
    expect((await lab.kube.get({ apiVersion: 'v1', kind: 'Node', name: 'cp1' }))?.spec.taints).toHaveLength(1);
    expect(new Set(asked)).toEqual(new Set(['cp1 10.0.1.2:6443']));
    why = undefined;
    await lab.until({ apiVersion: 'v1', kind: 'Node', name: 'cp1' }, (object) => !object?.spec.taints);
  });

  it('tell which Secret is missing, and start when it comes', async () => {
    await lab.kube.apply(node());
    await lab.kube.apply(cilium);
    const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }];
    await lab.kube.apply(workload('Deployment', 'shop', 'web', { containers: [{ name: 'web', image: 'web:1', env }] }));
    await lab.until(ref('Deployment', 'shop', 'web'), (object) => object?.status?.unavailableReplicas === 1);
    const [pod] = await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop' });
    const stuck = await lab.until(
      ref('Pod', 'shop', pod!.metadata.name, 'v1'),
      (object) => object?.status?.containerStatuses !== undefined,
    );
    expect(stuck.status.containerStatuses[0].state.waiting).toMatchObject({
      reason: 'CreateContainerConfigError',
      message: 'secret "db" not found',
    });
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop' },
      stringData: { password: 'x' },
    });
    await lab.until(ref('Deployment', 'shop', 'web'), deploymentReady);
  });

  it('pull with the login of their ServiceAccount, and say what the registry says without it', async () => {
    await lab.close();
    lab = await cluster({ pulls: createImagePulls(new Map([['ghcr.io', 'me:right']])) });
    for (const object of [namespace('shop'), node(), cilium]) await lab.kube.apply(object);
    const image = 'ghcr.io/openova-io/openova/catalyst-api:4f80be2';
    const initContainers = [{ name: 'first', image: 'docker.io/library/busybox:1.37.0' }];
    await lab.kube.apply(
      workload('Deployment', 'shop', 'web', { initContainers, containers: [{ name: 'web', image }] }),
    );
    await lab.until(ref('Deployment', 'shop', 'web'), (object) => object?.status?.unavailableReplicas === 1);
    const [pod] = await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop' });
    const stuck = await lab.until(
      ref('Pod', 'shop', pod!.metadata.name, 'v1'),
      (object) => object?.status?.containerStatuses !== undefined,
    );
    expect(stuck.status.containerStatuses[0].state.waiting).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringMatching(/catalyst-api:4f80be2.*401 Unauthorized/),
    });
    const auth = Buffer.from('me:right').toString('base64');
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'login', namespace: 'shop' },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': JSON.stringify({ auths: { 'ghcr.io': { auth } } }) },
    });
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'shop' },
      imagePullSecrets: [{ name: 'login' }],
    });
    await lab.until(ref('Deployment', 'shop', 'web'), deploymentReady);
  });

  it('cannot run a shell in an image that is built from scratch', async () => {
    await lab.close();
    lab = await cluster({ pulls: createImagePulls(new Map()) });
    for (const object of [namespace('shop'), node(), cilium]) await lab.kube.apply(object);
    const container = { name: 'job', image: 'ghcr.io/spiffe/spire-agent:1.15.2', command: ['sh', '-c', 'true'] };
    await lab.kube.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'identity', namespace: 'shop' },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
    await lab.until(ref('Job', 'shop', 'identity', 'batch/v1'), (object) => object?.status?.failed === 1);
    const [pod] = await lab.kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop' });
    expect(pod!.status.containerStatuses[0].state.terminated).toMatchObject({
      exitCode: 128,
      message: expect.stringContaining('exec: "sh": executable file not found in $PATH'),
    });
  });

  it('replace their pods when the template changes, and when a pod is deleted', async () => {
    await lab.kube.apply(node());
    await lab.kube.apply(cilium);
    await lab.kube.apply(
      workload('StatefulSet', 'shop', 'db', {}, { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }] }),
    );
    const first = await lab.until(ref('Pod', 'shop', 'db-0', 'v1'), (object) => object?.status?.phase === 'Running');
    await lab.kube.delete(ref('Pod', 'shop', 'db-0', 'v1'));
    const second = await lab.until(
      ref('Pod', 'shop', 'db-0', 'v1'),
      (object) => object?.status?.phase === 'Running' && object.metadata.uid !== first.metadata.uid,
    );
    await lab.kube.patch(ref('StatefulSet', 'shop', 'db'), {
      spec: { template: { metadata: { annotations: { restarted: 'now' } } } },
    });
    await lab.until(
      ref('Pod', 'shop', 'db-0', 'v1'),
      (object) => object?.status?.phase === 'Running' && object.metadata.uid !== second.metadata.uid,
    );
    const set = await lab.until(ref('StatefulSet', 'shop', 'db'), (object) => deploymentReady(object));
    expect(set.status.updateRevision).toBe(set.status.currentRevision);
  });

  it('leave a claim pending while its class does not exist', async () => {
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'odd', namespace: 'shop' },
      spec: { storageClassName: 'fast' },
    });
    const claim = ref('PersistentVolumeClaim', 'shop', 'odd', 'v1');
    await lab.until(claim, (object) => object?.status?.phase === 'Pending');
    await lab.kube.apply({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast' },
      provisioner: 'x',
    });
    await lab.until(claim, (object) => object?.status?.phase === 'Bound');
  });

  it('a Job fails for good after its backoff, and an unknown probe is no success', async () => {
    await lab.kube.apply(node());
    await lab.kube.apply(cilium);
    const labels = { 'catalyst.openova.io/probe': 'made-up' };
    const template = {
      metadata: { labels },
      spec: { restartPolicy: 'Never', containers: [{ name: 'probe', image: 'x' }] },
    };
    await lab.kube.apply({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'probe', namespace: 'shop', labels },
      spec: { backoffLimit: 0, template },
    });
    const job = await lab.until(
      ref('Job', 'shop', 'probe', 'batch/v1'),
      (object) => object?.status?.failed === 1 && object.status.conditions?.length > 0,
    );
    expect(job.status.conditions).toContainEqual(expect.objectContaining({ type: 'Failed', status: 'True' }));
  });
});

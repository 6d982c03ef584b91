/** The short Job on each node: what it may do, what becomes of its answer, and of those that killed runs left. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { filesIn, nodeFilesJob, nodeFilesMutations, nodeReader } from '../../../../src/walk/probes/node-files.js';
import { nodePaths } from '../../../../src/walk/probes/node-files-script.js';
import { probeJobObject } from '../../../../src/walk/probes/probe-job.js';
import { agentImage, answeringNodes, type NodeAnswers } from '../../../fakes/answering-nodes.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../rig.js';

const kubeWithVersion = () => Object.assign(fakeKube(), { raw: async () => ({ status: 200, body: '{}' }) });

async function reading(answers: NodeAnswers, perPage?: number) {
  const kube = kubeWithVersion();
  const { jobs } = answeringNodes(kube, answers, perPage);
  const { world } = await fakeWorld({ cluster: kube, runId: 'ABCDEF0123456789' });
  const { context, done } = fakeContext(world);
  return { kube, jobs, world, done, reader: nodeReader(world, context) };
}

const hosts = ['file h1 /etc/hosts', 'name mail.openova.io', 'absent /etc/chrony.conf'];

describe('the Job', () => {
  const job = probeJobObject(nodeFilesJob({ node: 'cp1', runId: 'ABCDEF0123456789', image: agentImage }));
  const { spec: pod } = job['spec'].template;

  it('is bound to its node past every taint, ends by itself, and is named for node and run', () => {
    expect(job.metadata).toMatchObject({
      namespace: 'catalyst-probes',
      name: expect.stringMatching(/^probe-node-files-[0-9a-f]{8}-abcdef01$/),
    });
    expect(job['spec']).toMatchObject({ activeDeadlineSeconds: 120, ttlSecondsAfterFinished: 600, backoffLimit: 0 });
    expect(pod).toMatchObject({ nodeName: 'cp1', tolerations: [{ operator: 'Exists' }], restartPolicy: 'Never' });
  });

  it('sees two folders of the node and changes nothing: no capability, no token, no network of the node', () => {
    const [container] = pod.containers;
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      ...{ runAsUser: 0, runAsGroup: 0 },
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, dnsPolicy: 'Default' });
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(key);
    expect(pod.volumes.map((one: KubeObject) => one['hostPath'])).toEqual([
      { path: '/etc', type: 'Directory' },
      { path: '/var/lib/rancher/k3s/agent/etc', type: 'Directory' },
    ]);
    expect(container.volumeMounts.every((one: { readOnly?: boolean }) => one.readOnly)).toBe(true);
    const isMounted = (path: string) => /^\/(etc|var\/lib\/rancher\/k3s\/agent\/etc)\//.test(path);
    expect(nodePaths.filter((path) => !isMounted(path))).toEqual([]);
  });

  it('names nobody whom the scan of its own Pod would find', () => {
    expect(JSON.stringify(job)).not.toMatch(/openova-io|(?<!catalyst\.)openova\.io/);
  });
});

describe('reading nodes', () => {
  it('runs the image that every node has, page by page, and removes each Job', async () => {
    const { kube, jobs, done, reader } = await reading({ cp1: hosts, w1: [] }, 2);
    expect(await reader.nodes()).toEqual(['cp1', 'w1']);
    expect(await reader.read('cp1')).toEqual([
      { path: '/etc/hosts', answer: 'looked', hash: 'h1', names: ['mail.openova.io'] },
      { path: '/etc/chrony.conf', answer: 'not there' },
    ]);
    expect(jobs.map(({ spec }) => spec.template.spec.containers[0].image)).toEqual([agentImage, agentImage]);
    expect([...kube.objects.keys()].filter((key) => key.startsWith('Job '))).toEqual([]);
    expect(done.slice(0, 2)).toEqual([
      expect.stringMatching(/^run a short Job on node cp1, in namespace catalyst-probes, that tells which hosts/),
      'remove the probe Job catalyst-probes/probe-node-files-cp1',
    ]);
  });

  it('throws for a node whose Job does not end, and removes it all the same', async () => {
    const { kube, reader } = await reading({ cp1: 'dead' });
    await expect(reader.read('cp1')).rejects.toMatchObject({ code: 'E4003' });
    expect([...kube.objects.keys()].filter((key) => key.startsWith('Job '))).toEqual([]);
  });

  it('throws when the files change between two pages', async () => {
    const { kube, reader } = await reading({ cp1: hosts }, 1);
    const { apply } = kube;
    kube.apply = async (objects, options) => {
      const made = await apply(objects, options);
      for (const pod of kube.objects.values()) {
        const ended = pod.kind === 'Pod' && pod['status'].containerStatuses[0].state.terminated;
        if (ended && pod.metadata.creationTimestamp === '1') ended.message = ended.message.replace('"h"', '"other"');
      }
      return made;
    };
    await expect(reader.read('cp1')).rejects.toThrow(/files of node cp1 changed/);
  });

  it('throws where no Cilium tells an image that is there', async () => {
    const { kube, reader } = await reading({ cp1: hosts });
    kube.objects.delete('DaemonSet kube-system/cilium');
    await expect(reader.read('cp1')).rejects.toThrow(/DaemonSet kube-system\/cilium/);
  });

  it('removes what killed runs left, and no Job that may still be at work or is of another kind', async () => {
    const { kube, reader } = await reading({ cp1: hosts });
    const left = (name: string, creationTimestamp: string, status = {}): void =>
      kube.put({
        ...{ apiVersion: 'batch/v1', kind: 'Job', status },
        metadata: {
          ...{ name, namespace: 'catalyst-probes', creationTimestamp },
          labels: { 'catalyst.openova.io/probe': name },
        },
      });
    left('probe-node-files-00000000-ended', '2026-11-22T23:59:00Z', { failed: 1 });
    left('probe-node-files-00000000-killed', '2026-11-22T20:00:00Z');
    left('probe-node-files-00000000-young', '2026-11-22T23:59:00Z');
    left('probe-node-files-00000000-abcdef01', '2026-11-22T20:00:00Z', { failed: 1 });
    left('probe-valkey-ping', '2026-11-22T20:00:00Z', { failed: 1 });
    await reader.nodes();
    expect([...kube.objects.keys()].filter((key) => key.startsWith('Job '))).toEqual([
      'Job catalyst-probes/probe-node-files-00000000-young',
      'Job catalyst-probes/probe-node-files-00000000-abcdef01',
      'Job catalyst-probes/probe-valkey-ping',
    ]);
  });
});

describe('the plan', () => {
  it('has the Job of each node and its removal', async () => {
    const { world } = await reading({ cp1: hosts, w1: hosts });
    const planned = await nodeFilesMutations(world);
    expect(planned.map(({ target }) => target.name)).toEqual([
      ...['probe-node-files-cp1', 'probe-node-files-cp1', 'probe-node-files-w1', 'probe-node-files-w1'],
    ]);
    expect(planned.every(({ target }) => target.system === 'sovereign' && target.kind === 'Job')).toBe(true);
  });

  it('tells each node of a cluster that is still to be made', async () => {
    const { world } = await fakeWorld();
    expect((await nodeFilesMutations(world))[0]?.sentence).toMatch(/^run a short Job on each node,/);
  });
});

it('what cannot be read is told with why, and so is a row that nobody knows', () => {
  expect(filesIn(['unread /etc/hosts it cannot be read', 'garbage'])).toEqual([
    { path: '/etc/hosts', answer: 'could not look', why: 'it cannot be read' },
    { path: '', answer: 'could not look', why: 'garbage' },
  ]);
});

/** The Jobs that follow Hubble while the experiment runs: what they may do, and that none is left whatever happens. */
import { beforeEach, describe, expect, it } from 'vitest';
import { fail } from '../../../../../src/support/errors/errors.js';
import type { Experiment } from '../../../../../src/verification/experiment/experiment.js';
import {
  flowsJob,
  flowsMutations,
  tableJob,
  withFlows,
} from '../../../../../src/verification/experiment/flows/follow-flows.js';
import { probeJobObject } from '../../../../../src/walk/probes/probe-job.js';
import { agentImage, answeringNodes } from '../../../../fakes/answering-nodes.js';
import { type FakeKube, fakeKube } from '../../../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../../../walk/rig.js';

const log = '["open",100]\n["flow",101,"192.0.2.80","tcp/443","FORWARDED","host"]\n["beat",105]\n';
let kube: FakeKube;
let logs: { status: number; body: string };
let ready: boolean;

beforeEach(() => {
  kube = fakeKube();
  answeringNodes(kube, { cp1: 'dead', w1: 'dead' });
  kube.put({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'kube-system', name: 'cilium-config' } },
    data: { 'enable-hubble': 'true' },
  });
  logs = { status: 200, body: log };
  ready = true;
  const { apply } = kube;
  kube.apply = async (objects, options) => {
    for (const object of objects) {
      if (object.kind !== 'Job') continue;
      const { namespace, name, labels } = object.metadata;
      kube.put({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name: `${name}-x`, labels } });
    }
    const made = await apply(objects, options);
    for (const object of objects)
      if (object.kind === 'Job' && ready) kube.put({ ...object, status: { active: 1, ready: 1 } });
    return made;
  };
  kube.raw = async (path) => (path === '/version' ? { status: 200, body: '{}' } : logs);
});

const jobsLeft = () => [...kube.objects.keys()].filter((key) => key.startsWith('Job '));

async function follow(run: () => Promise<object> = async () => ({ passed: true }), lab = false) {
  const { world } = await fakeWorld({ cluster: kube, runId: 'ABCDEF0123456789' });
  const { context, done } = fakeContext(world);
  return { done, ran: withFlows(world, context, lab, run as () => Promise<Experiment>) };
}

describe('the Job', () => {
  it("reads Hubble's socket and nothing else of its node, and ends by itself", () => {
    const { spec } = probeJobObject(flowsJob({ node: 'cp1', runId: 'ABCDEF0123456789', image: agentImage }));
    const { spec: pod } = spec.template;
    expect(spec).toMatchObject({ activeDeadlineSeconds: 3600, ttlSecondsAfterFinished: 600 });
    expect(pod.volumes).toEqual([{ name: 'v0', hostPath: { path: '/var/run/cilium/hubble.sock', type: 'Socket' } }]);
    expect(pod.containers[0].securityContext).toMatchObject({
      ...{ privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
    expect(pod).toMatchObject({ nodeName: 'cp1', automountServiceAccountToken: false });
    expect(pod).not.toHaveProperty('hostNetwork');
  });
});

describe('the Job where Hubble is off', () => {
  it('reads two folders of its node, with no capability and no network of it', () => {
    const job = tableJob({ node: 'cp1', runId: 'ABCDEF0123456789', image: agentImage }, ['10.42.0.0/24']);
    const { spec: pod } = probeJobObject(job).spec.template;
    expect(pod.volumes.map((one: Record<string, unknown>) => one.hostPath)).toEqual([
      ...[{ path: '/proc', type: 'Directory' }, { path: '/var/log/pods', type: 'Directory' }, undefined],
    ]);
    const [container] = pod.containers;
    expect(container.volumeMounts.map(({ readOnly }: { readOnly?: true }) => readOnly)).toEqual([
      true,
      true,
      undefined,
    ]);
    expect(container.securityContext).toMatchObject({
      ...{ privileged: false, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
    for (const shared of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(shared);
  });
});

describe('the experiment', () => {
  it('has what each node saw meanwhile; the Jobs are there while it runs, and gone afterwards', async () => {
    let during: string[] = [];
    const { ran, done } = await follow(async () => {
      during = jobsLeft();
      return { passed: true };
    });
    const { flows } = await ran;
    expect(during).toHaveLength(2);
    expect(flows).toMatchObject({
      nodes: [{ node: 'cp1', from: 100, to: 105, rows: [{ source: 'host' }] }, { node: 'w1' }],
    });
    expect(jobsLeft()).toEqual([]);
    expect(done.filter((one) => one.startsWith('follow the connections of node'))).toHaveLength(2);
  });

  it('in a lab has none, and no Job is made', async () => {
    const { ran, done } = await follow(undefined, true);
    expect(await ran).toEqual({ passed: true });
    expect(done).toEqual([]);
  });

  it.each([{ 'enable-hubble': 'false' }, undefined])(
    'without Hubble (%j) has what the connection tables of each node had',
    async (data) => {
      if (data) kube.objects.get('ConfigMap kube-system/cilium-config')!['data'] = data;
      else kube.objects.delete('ConfigMap kube-system/cilium-config');
      const { ran } = await follow();
      expect((await ran).flows).toMatchObject({
        nodes: [{ node: 'cp1', by: 'table', from: 100, to: 105, rows: [{ source: 'host' }] }, { by: 'table' }],
      });
      expect(jobsLeft()).toEqual([]);
    },
  );

  it('goes on where a node cannot be followed, and says why', async () => {
    ready = false;
    const { ran } = await follow();
    expect((await ran).flows).toMatchObject({
      nodes: [{ node: 'cp1', error: expect.stringMatching(/to follow its node/) }, {}],
    });
    expect(jobsLeft()).toEqual([]);
  });

  it('goes on where no node can be followed', async () => {
    kube.objects.delete('DaemonSet kube-system/cilium');
    const { ran } = await follow();
    expect((await ran).flows).toEqual({ nodes: [], error: expect.stringMatching(/DaemonSet kube-system\/cilium/) });
  });

  it('says so where a log cannot be read', async () => {
    logs = { status: 403, body: '' };
    const { ran } = await follow();
    expect((await ran).flows).toMatchObject({ nodes: [{ error: expect.stringMatching(/answers 403/) }, {}] });
    expect(jobsLeft()).toEqual([]);
  });

  it('that throws leaves no Job, and throws what it threw', async () => {
    const { ran } = await follow(() => Promise.reject(fail('E6002', 'not green')));
    await expect(ran).rejects.toMatchObject({ code: 'E6002' });
    expect(jobsLeft()).toEqual([]);
  });
});

it('the plan has each Job and its removal', async () => {
  const { world } = await fakeWorld({ cluster: kube });
  expect((await flowsMutations(world)).map(({ target }) => target.name)).toEqual([
    ...['probe-node-flows-cp1', 'probe-node-flows-cp1', 'probe-node-flows-w1', 'probe-node-flows-w1'],
  ]);
  const { world: bare } = await fakeWorld();
  expect((await flowsMutations(bare))[0]?.sentence).toMatch(/^follow the connections of each node/);
});

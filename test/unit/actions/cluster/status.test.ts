/** The cluster as Hetzner and Kubernetes have it: what does not answer is told, and hides nothing of the other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterStatusPage } from '../../../../commands/cluster/status.js';
import { type ClusterStatus, clusterStatus } from '../../../../src/actions/cluster/status.js';
import { layOut } from '../../../../src/cli/text/page.js';
import { plain } from '../../../../src/cli/text/paint.js';
import { clusterParts } from '../../../../src/hetzner/cluster/parts.js';
import { createClusterStep } from '../../../../src/walk/steps/create-cluster.js';
import { fakeGate, fakeSsh, nodeApi } from '../../../fakes/fake-world.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

const textOf = (status: ClusterStatus) => layOut(clusterStatusPage(status), { paint: plain, clean: (text) => text });
let rig: HetznerRig;
let kube: () => Promise<unknown>;
const nodes: { name: string }[] = [];

beforeEach(async () => {
  nodes.length = 0;
  const registered = nodeApi(() => nodes);
  kube = async () => registered;
  rig = await hetznerRig({ leftovers: false, world: { kube: () => kube() } as never });
});
afterEach(() => rig.lab.close());

describe('cluster status', () => {
  it('before the cluster exists names every part as missing, and why its API was not asked', async () => {
    kube = () => Promise.reject(new Error('no kubeconfig yet'));
    const status = await clusterStatus(rig.context);
    expect(status.parts.map(({ name }) => name)).toEqual(clusterParts(rig.world.sovereign).all.map(({ name }) => name));
    expect(new Set(status.parts.map(({ state }) => state))).toEqual(new Set(['missing']));
    expect(status).toMatchObject({ api: 'no kubeconfig yet', nodes: [] });
    expect(textOf(status)).toMatch(/^load balancer +catalyst-omantel-omani-works-lb +◌ missing$/m);
    expect(textOf(status)).toMatch(/^Kubernetes API +omantel\.omani\.works +◌ no kubeconfig yet$/m);
  });

  it('of a cluster names its addresses, the health of its targets, and its nodes', async () => {
    const step = createClusterStep(rig.world, fakeSsh([]));
    for (const { name } of clusterParts(rig.world.sovereign).servers) nodes.push({ name });
    await step.run(fakeGate({ hetzner: async () => rig.api, kube: kube as never }).context);
    const status = await clusterStatus(rig.context);
    const of = (type: string) => status.parts.find((part) => part.type === type);
    expect(of('server')).toMatchObject({ state: 'running', address: expect.stringMatching(/^\d+\./) });
    expect(of('load_balancer')).toMatchObject({ state: expect.stringMatching(/^\d of \d targets healthy$/) });
    expect(of('network')).toEqual({ type: 'network', name: expect.any(String), state: 'there', health: 'good' });
    expect(status.api).toBe('https://kube: ok');
    expect(status.nodes).toHaveLength(3);
    const text = textOf(status);
    expect(text).toMatch(/^server .* ✔ running at \d+\./m);
    expect(text).toMatch(/^Kubernetes API .* ✔ https:\/\/kube: ok$/m);
    expect(text).toMatch(/^node .* ✖ not Ready$/m);
  });

  it('tells of a node whether it is Ready, and its version', async () => {
    kube = async () => ({
      server: 'https://kube',
      raw: async () => ({ status: 503, body: '' }),
      list: async () => [
        {
          metadata: { name: 'cp1' },
          status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.33.1' } },
        },
      ],
    });
    const status = await clusterStatus(rig.context);
    expect(status.api).toBe('https://kube: 503');
    expect(textOf(status)).toMatch(/^node +cp1 +✔ Ready v1.33.1$/m);
    expect(textOf(status)).toMatch(/^Kubernetes API .* ◌ https:\/\/kube: 503$/m);
  });

  it('says once, with a mark, what has a name that it needs and was made by somebody else', async () => {
    const { name } = clusterParts(rig.world.sovereign).all.find(({ type }) => type === 'ssh_key')!;
    const made = { id: 4000004, name, labels: {}, created: '2026-11-20T09:00:00+00:00' };
    Object.assign(rig.api, { list: async (type: string) => (type === 'ssh_key' ? [made] : []) });
    const text = textOf(await clusterStatus(rig.context));
    const [line = ''] = /^ssh key .*$/m.exec(text) ?? [];
    expect(line).toMatch(/ ✖ 4000004 has this name, and is not catalyst's$/);
    expect(line.split('ssh key')).toHaveLength(2);
    expect(text.split('\n').at(-1)).toMatch(/: catalyst purge plan$/);
  });

  it('says what Hetzner answered in place of a state, and still asks Kubernetes', async () => {
    Object.assign(rig.api, { list: () => Promise.reject(new Error('the API is being maintained')) });
    const status = await clusterStatus(rig.context);
    expect(new Set(status.parts.map(({ state }) => state))).toEqual(new Set(['the API is being maintained']));
    expect(status.api).toBe('https://kube: ok');
  });

  it('ends when it is interrupted, instead of telling that nothing answered', async () => {
    const stop = new AbortController();
    Object.assign(rig.context, { signal: stop.signal });
    kube = () => {
      stop.abort(new Error('interrupted'));
      return Promise.reject(new Error('aborted'));
    };
    await expect(clusterStatus(rig.context)).rejects.toThrow('interrupted');
  });
});

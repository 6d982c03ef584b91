/** Kyverno with the rendered values and policies, in front of a real API server: whom it refuses, and whom it locks out while it is down. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { until } from '../../until.js';
import { kubectlText } from '../rig.js';
import { type Cluster, namespace, startCluster } from './cluster.js';
import { type Kyverno, prepareKyverno } from './kyverno-server.js';
import { builtProgram, type Profile, rendered } from './rendered.js';

const program = builtProgram('kyverno', 'kyverno');

const requests = { requests: { cpu: '10m', memory: '16Mi' } };
const pod = (inNamespace: string, name: string, container: object = {}, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: inNamespace },
  spec: { containers: [{ name: 'main', image: 'demo:1.0', resources: requests, ...container }], ...more },
});
const privileged = { securityContext: { privileged: true } };
const refusal = 'Privileged containers are refused here.';

interface Webhook {
  name: string;
  failurePolicy: string;
}

describe.skipIf(!program)('Kyverno with the rendered configuration', () => {
  let cluster: Cluster;
  let kyverno: Kyverno;

  /** Starts it for that profile; resolves when the API server asks it about Pods as that profile wants it. */
  async function begin(profile: Profile, failurePolicy: 'Fail' | 'Ignore'): Promise<void> {
    await kyverno.start(profile);
    const { all } = await rendered('bp-kyverno', profile);
    // its own webhook checks a policy before it is kept
    await until(async () => (await webhooksOf('kyverno-policy-validating-webhook-cfg')).length > 0);
    await until(() => cluster.apply(all.filter(({ kind }) => kind === 'ClusterPolicy')).then(() => true));
    await until(async () => (await enforcing())?.failurePolicy === failurePolicy);
    await until(async () => (await readyPolicies()).length === 2);
  }
  const webhooksOf = async (name: string) =>
    (await cluster.get<{ webhooks?: Webhook[] }>('validatingwebhookconfigurations', name)).webhooks ?? [];
  const enforcing = async () =>
    (await webhooksOf('kyverno-resource-validating-webhook-cfg')).find(({ name }) =>
      name.endsWith('-finegrained-disallow-privileged'),
    );
  const readyPolicies = async () =>
    (await cluster.get<{ items: KubeObject[] }>('clusterpolicies')).items.filter(({ status }) =>
      status?.conditions?.some(
        ({ type, status }: { type: string; status: string }) => type === 'Ready' && status === 'True',
      ),
    );
  const create = (object: KubeObject) => cluster.apply([object]);

  beforeAll(async () => {
    cluster = await startCluster();
    kyverno = await prepareKyverno(program!, cluster);
    await cluster.apply(['kyverno', 'org-acme', 'catalyst-probes', 'powerdns', 'shop'].map(namespace));
    await begin('ha', 'Fail');
  });
  afterAll(async () => {
    await kyverno?.kill();
    await cluster?.close();
  });

  test('a privileged container is refused in Organizations and where the probes are, and nowhere else', async () => {
    for (const inNamespace of ['org-acme', 'catalyst-probes']) {
      await expect(create(pod(inNamespace, 'privileged', privileged))).rejects.toThrow(refusal);
      const init = { initContainers: [{ name: 'init', image: 'demo:1.0', resources: requests, ...privileged }] };
      await expect(create(pod(inNamespace, 'privileged-init', {}, init))).rejects.toThrow(refusal);
      await create(pod(inNamespace, 'plain'));
    }
    for (const inNamespace of ['powerdns', 'shop']) await create(pod(inNamespace, 'privileged', privileged));
  });

  test('nor does kubectl debug add one later', async () => {
    await create(pod('org-acme', 'debugged'));
    const debug = (more: object) => {
      const ephemeralContainers = [{ name: 'debug', image: 'demo:1.0', targetContainerName: 'main', ...more }];
      const patch = [
        'patch',
        'pod',
        'debugged',
        '-n',
        'org-acme',
        '--subresource=ephemeralcontainers',
        '--type=strategic',
      ];
      return kubectlText(cluster.kubeconfig, [...patch, '-p', JSON.stringify({ spec: { ephemeralContainers } })]);
    };
    await expect(debug(privileged)).rejects.toThrow(refusal);
    await debug({});
  });

  test('a container without requests is admitted and reported', async () => {
    await create(pod('org-acme', 'without-requests', { resources: {} }));
    const results = async () => {
      const { items } = await cluster.get<{ items: KubeObject[] }>('ephemeralreports', '-n', 'org-acme');
      return items
        .filter(({ metadata }) => metadata.annotations?.['audit.kyverno.io/resource.name'] === 'without-requests')
        .flatMap(({ spec }) => spec.results as { policy: string; result: string }[])
        .map(({ policy, result }) => `${policy} ${result}`);
    };
    await until(async () => (await results()).includes('require-requests fail'));
  });

  test('ha: while it is down, only Pods of Organizations wait for it', async () => {
    await kyverno.kill();
    for (const inNamespace of ['powerdns', 'kyverno', 'shop']) await create(pod(inNamespace, 'while-down'));
    await expect(create(pod('org-acme', 'while-down'))).rejects.toThrow(/failed calling webhook.*disallow-privileged/s);
  });

  test('solo: while its only replica is down, nobody waits for it', async () => {
    await begin('solo', 'Ignore');
    await expect(create(pod('org-acme', 'solo-privileged', privileged))).rejects.toThrow(refusal);
    await kyverno.kill();
    for (const inNamespace of ['powerdns', 'kyverno', 'shop', 'org-acme'])
      await create(pod(inNamespace, 'solo-while-down'));
  });
});

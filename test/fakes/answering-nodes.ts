/** Nodes whose Jobs answer at once, as the kubelet and the Job's script do; those of a dead node never end. */
import type { KubeObject } from '../../src/kubernetes/client/kube.js';
import type { FakeKube } from './fake-kube.js';

/** Of the Sovereign's own registry, so that it is no finding. */
export const agentImage = `harbor.omantel.omani.works/cilium/cilium:v1.19.6@sha256:${'0'.repeat(64)}`;

/** Rows that the script tells, or `dead`; by node. */
export type NodeAnswers = Record<string, readonly string[] | 'dead'>;

/** @param perPage rows that fit into one answer */
export function answeringNodes(kube: FakeKube, answers: NodeAnswers, perPage = 1000): { jobs: KubeObject[] } {
  const jobs: KubeObject[] = [];
  for (const name of Object.keys(answers)) kube.put({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
  kube.put({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { namespace: 'kube-system', name: 'cilium' },
    spec: { template: { spec: { containers: [{ name: 'cilium-agent', image: agentImage }] } } },
  });
  kube.apply = async (objects) => {
    kube.applied.push(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    for (const object of objects) {
      kube.put(object);
      if (object.kind !== 'Job') continue;
      jobs.push(structuredClone(object));
      for (const made of ended(object, answers, perPage)) kube.put(made);
    }
    return [...objects];
  };
  kube.delete = async ({ kind, namespace, name }) =>
    kube.objects.delete(`${kind} ${namespace ? `${namespace}/` : ''}${name}`);
  return { jobs };
}

function ended(job: KubeObject, answers: NodeAnswers, perPage: number): KubeObject[] {
  const { nodeName, containers } = job['spec'].template.spec;
  const rows = answers[nodeName];
  if (rows === undefined || rows === 'dead') return [];
  const offset = Number(containers[0].env.find(({ name }: { name: string }) => name === 'OFFSET').value);
  const message = JSON.stringify({ total: rows.length, hash: 'h', rows: rows.slice(offset, offset + perPage) });
  const { namespace, name, labels } = job.metadata;
  return [
    { ...job, status: { succeeded: 1 } },
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels, creationTimestamp: `${offset}` } },
      status: { containerStatuses: [{ state: { terminated: { exitCode: 0, message } } }] },
    },
  ];
}

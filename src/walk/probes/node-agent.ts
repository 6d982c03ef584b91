/** What Jobs that are bound to one node share: which nodes there are, an image that each of them has, what such a Job may do. */
import { type Kube, refOfObject } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { Acting } from '../../world/step.js';
import type { ProbeJob } from './probe-job.js';
import { probeLabel, probeNamespace, removeProbe } from './probe-objects.js';

const agent = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'cilium' };

export const nodeNames = async (kube: Kube): Promise<string[]> =>
  (await kube.list({ apiVersion: 'v1', kind: 'Node' })).map(({ metadata: { name } }) => name).sort();

/** Cilium's, which every node runs: nothing is pulled for the Job. Throws E4009 where there is none. */
export async function agentImage(kube: Kube): Promise<string> {
  const containers = ((await kube.get(agent))?.['spec']?.template?.spec?.containers ?? []) as Record<string, unknown>[];
  const image = containers.find(({ name }) => name === 'cilium-agent')?.['image'];
  if (typeof image === 'string' && image !== '') return image;
  throw fail('E4009', 'DaemonSet kube-system/cilium, whose image is on every node, does not exist.');
}

const suffixOf = (runId: string) => `-${runId.slice(0, 8).toLowerCase()}`;

/** Named for node and run, so that nobody takes what a killed run left for an answer. */
export const nodeJobName = (stem: string, node: string, runId: string) =>
  `${stem}-${sha256(node).slice(0, 8)}${suffixOf(runId)}`;

/** Bound to the node past every taint. Root, for files that are root's alone, and nothing more: no capability, no token, no network of the node. */
export const onNode = (node: string): Pick<ProbeJob, 'pod' | 'securityContext'> => ({
  pod: {
    nodeName: node,
    tolerations: [{ operator: 'Exists' }],
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
  },
  securityContext: { runAsUser: 0, runAsGroup: 0, privileged: false, readOnlyRootFilesystem: true },
});

/** What killed runs left, unless the Job may still be at work. The cluster removes it too, ten minutes after its end. */
export async function removeEndedJobs(
  kube: Kube,
  { act }: Pick<Acting, 'act'>,
  { stem, runId, now, longestMs }: { stem: string; runId: string; now: Date; longestMs: number },
): Promise<void> {
  const jobs = await kube.list({
    ...{ apiVersion: 'batch/v1', kind: 'Job', namespace: probeNamespace, labelSelector: probeLabel },
  });
  const left = new RegExp(`^probe-${stem}-[0-9a-f]{8}-.`);
  for (const job of jobs) {
    const { name, creationTimestamp = '' } = job.metadata;
    if (!left.test(name) || name.endsWith(suffixOf(runId))) continue;
    const { succeeded = 0, failed = 0 } = job['status'] ?? {};
    if (succeeded + failed === 0 && Date.parse(creationTimestamp) + longestMs > now.getTime()) continue;
    const ref = refOfObject(job);
    await act(removeProbe(ref), async (writers) => (await writers.sovereign()).delete(ref));
  }
}

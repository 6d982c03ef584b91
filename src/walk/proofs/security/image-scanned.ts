/** #380: a VulnerabilityReport exists for an image that is known to run here. */
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { disproved, type ProofOf } from '../proof.js';

export const imageScanned: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const kube = await world.kube();
    const report = await kube.waitFor<KubeObject>(
      {
        apiVersion: 'aquasecurity.github.io/v1alpha1',
        kind: 'VulnerabilityReport',
        namespace: 'trivy-system',
        name: await reportName(),
      },
      {
        reason: 'a VulnerabilityReport of the scanner’s own image',
        timeoutMs: 600_000,
        look: (object) => (object ? { done: object } : { pending: 'no VulnerabilityReport yet' }),
      },
    );
    const image = `${report.report?.artifact?.repository ?? ''}:${report.report?.artifact?.tag ?? ''}`;
    if (!report.report?.summary) throw disproved('#380', 'a report with a summary', 'a report without one');
    return {
      summary: `${image} was scanned: ${JSON.stringify(report.report.summary)}`,
      facts: { image, summary: report.report.summary },
    };

    /** Reports are named for the owner of the Pods: ReplicaSet and container. */
    async function reportName(): Promise<string> {
      const sets = await kube.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet', namespace: 'trivy-system' });
      const newest = sets
        .filter((set) => Number(set.spec?.replicas ?? 0) > 0)
        .sort((a, b) => String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)))[0];
      const container = newest?.spec?.template?.spec?.containers?.[0]?.name;
      if (!newest || !container) throw disproved('#380', 'a ReplicaSet of trivy-operator in trivy-system', 'none');
      return `replicaset-${newest.metadata.name}-${container}`;
    }
  },
});

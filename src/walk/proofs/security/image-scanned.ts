/** #380: a VulnerabilityReport exists for a workload made for it, in a namespace that the scanner is told to look at. */

import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { waitForRollout } from '../../../kubernetes/rollout.js';
import { probeImages } from '../../probes/probe-images.js';
import {
  probeLabel,
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  withProbes,
} from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const name = 'probe-scan';
const container = 'scanned';
const image = probeImages.shell;
const reports = { apiVersion: 'aquasecurity.github.io/v1alpha1', kind: 'VulnerabilityReport' };

/** After an install every workload of the Sovereign is queued, some 75 of them, and each scan fetches the database: minutes, once. */
const timeoutMs = 30 * 60_000;

const workload: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: probeNamespace, labels: { [probeLabel]: name } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { [probeLabel]: name } },
    template: {
      metadata: { labels: { [probeLabel]: name } },
      spec: {
        automountServiceAccountToken: false,
        containers: [
          {
            name: container,
            image,
            command: ['sleep', '86400'],
            resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    },
  },
};

export const imageScanned: ProofOf = (world) => {
  const objects = [probeNamespaceObject(), workload];
  return {
    plan: () => probeMutations(objects),
    async take(context) {
      const kube = await world.kube();
      return withProbes(kube, context, objects, async () => {
        await waitForRollout(kube, [{ kind: 'Deployment', namespace: probeNamespace, name }], 180_000);
        const { report = {} } = await kube.waitFor<KubeObject>(
          { ...reports, namespace: probeNamespace, name: await reportName(kube) },
          {
            reason: 'a VulnerabilityReport of the probe workload',
            timeoutMs,
            look: (object) =>
              object ? { done: object } : { pending: 'the scan of the probe workload waits for those of the others' },
          },
        );
        const scanned = `${report.artifact?.repository ?? ''}:${report.artifact?.tag ?? ''}`;
        if (scanned !== image) throw disproved('#380', `a report of ${image}`, scanned);
        if (!report.summary) throw disproved('#380', 'a report with a summary', 'a report without one');
        return {
          summary: `${image} was scanned: ${countsOf(report.summary)}`,
          facts: { image, summary: report.summary },
        };
      });
    },
  };
};

/** `3 critical, 12 high`: the counts of a report, as Trivy names them. */
function countsOf(summary: Record<string, unknown>): string {
  const counts = Object.entries(summary).filter(([key]) => key.endsWith('Count'));
  return counts.map(([key, count]) => `${String(count)} ${key.slice(0, -'Count'.length)}`).join(', ') || 'no counts';
}

/** Reports are named for the owner of the Pods: ReplicaSet and container. */
async function reportName(kube: Kube): Promise<string> {
  const sets = await kube.list({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    namespace: probeNamespace,
    labelSelector: `${probeLabel}=${name}`,
  });
  const live = sets.find((set) => Number(set.spec?.replicas ?? 0) > 0);
  if (!live) throw disproved('#380', `a ReplicaSet of ${probeNamespace}/${name}`, 'none');
  return `replicaset-${live.metadata.name}-${container}`;
}

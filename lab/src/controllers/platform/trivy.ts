/** trivy-operator: one VulnerabilityReport for each container of each running workload, where it is told to look. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';

const OWNERS = ['apps/v1/ReplicaSet', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet'];
const OPERATOR = /trivy-operator/;

export const trivy: Rule[] = OWNERS.map((kind) => ({
  name: `trivy ${kind}`,
  kind,
  operator: OPERATOR,
  reconcile: scan,
}));

async function scan(workload: KubeObject, lab: ReconcileContext): Promise<void> {
  if (workload.metadata.deletionTimestamp || workload.spec.replicas === 0) return;
  if (isExcluded(lab, workload.metadata.namespace ?? '')) return;
  if (
    !lab.store
      .list('apiextensions.k8s.io/v1/CustomResourceDefinition')
      .some((one) => one.spec.names.kind === 'VulnerabilityReport')
  )
    return;
  for (const { name, image = '' } of (workload.spec.template?.spec?.containers ?? []) as {
    name: string;
    image?: string;
  }[]) {
    const report = `${workload.kind.toLowerCase()}-${workload.metadata.name}-${name}`;
    if (lab.store.get('aquasecurity.github.io/v1alpha1/VulnerabilityReport', workload.metadata.namespace, report))
      continue;
    await lab.apply({
      apiVersion: 'aquasecurity.github.io/v1alpha1',
      kind: 'VulnerabilityReport',
      metadata: {
        name: report,
        namespace: workload.metadata.namespace,
        labels: {
          'trivy-operator.container.name': name,
          'trivy-operator.resource.kind': workload.kind,
          'trivy-operator.resource.name': workload.metadata.name,
          'trivy-operator.resource.namespace': `${workload.metadata.namespace}`,
        },
        // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
        ownerReferences: [ownedBy(workload) as any],
      },
      report: {
        updateTimestamp: lab.clock.now().toISOString(),
        ...parts(image),
        // as of an image in which Trivy finds no distribution
        os: { family: 'none', name: '' },
        ...NOTHING_FOUND,
      },
    });
  }
}

/**
 * pkg/operator/predicate/predicate.go of trivy-operator 0.32.0: namespaces of OPERATOR_EXCLUDE_NAMESPACES are left out, each entry a
 * shell pattern; with OPERATOR_TARGET_NAMESPACES only those are looked at.
 */
function isExcluded(lab: ReconcileContext, namespace: string): boolean {
  const operator = lab.store.list('apps/v1/Deployment').find(({ metadata }) => OPERATOR.test(metadata.name));
  const [container] = (operator?.spec.template?.spec?.containers ?? []) as {
    env?: { name: string; value?: string }[];
  }[];
  const listed = (name: string) =>
    (container?.env?.find((one) => one.name === name)?.value ?? '')
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
  const targets = listed('OPERATOR_TARGET_NAMESPACES');
  if (targets.length > 0) return !targets.includes(namespace);
  return listed('OPERATOR_EXCLUDE_NAMESPACES').some((entry) => pattern(entry).test(namespace));
}

const pattern = (glob: string) =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );

/** `host/path:tag@digest` as a report splits it. */
function parts(image: string): Record<string, unknown> {
  const [reference = '', digest] = image.split('@');
  const colon = reference.lastIndexOf(':');
  const hasTag = colon > reference.lastIndexOf('/');
  const path = (hasTag ? reference.slice(0, colon) : reference).split('/');
  const server = path.length > 1 && /[.:]/.test(path[0]!) ? path.shift()! : 'index.docker.io';
  return {
    registry: { server },
    artifact: {
      repository: path.join('/'),
      tag: hasTag ? reference.slice(colon + 1) : 'latest',
      ...(digest ? { digest } : {}),
    },
  };
}

// the lab has no vulnerability database: its scanner looks and finds nothing
const NOTHING_FOUND = {
  scanner: { name: 'Trivy', vendor: 'Aqua Security', version: 'lab' },
  summary: { criticalCount: 0, highCount: 0, mediumCount: 0, lowCount: 0, unknownCount: 0, noneCount: 0 },
  vulnerabilities: [],
};

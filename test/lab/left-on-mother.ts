/** The clusters of a lab as a test sees them, and what catalyst has left on the mother for an undo. */
import type { Kube, KubeWriter } from '../../src/kubernetes/client/kube.js';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createExec } from '../../src/tools/exec/exec.js';

/** What would go through kubectl is refused. */
export function kubeOf(kubeconfig: string): Kube & KubeWriter {
  return createKube({
    kubeconfig,
    kubectl: () => Promise.reject(new Error('nothing is applied here')),
    exec: createExec(createRedactor()),
    clock: systemClock,
    signal: new AbortController().signal,
  });
}

const kinds = [
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
];

/** Undo Jobs, their rights and leases, as `Job catalyst-sovereign-…`. */
export async function leftOnMother(mother: Kube): Promise<string[]> {
  const all = await Promise.all(kinds.map((kind) => mother.list(kind)));
  return all
    .flat()
    .filter(({ metadata }) => metadata.name.startsWith('catalyst-sovereign-'))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** Which workloads of an owner (by label) are not rolled out, in words. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { isTrue } from '../conditions.js';
import { isAvailable, type ReconcileContext } from '../reconciler.js';

const WORKLOADS = ['apps/v1/Deployment', 'apps/v1/StatefulSet', 'apps/v1/DaemonSet'];

/** kstatus of a workload: current when all replicas of the present template are ready. */
export function isRolledOut(workload: KubeObject): boolean {
  const status = workload.status ?? {};
  if (status.observedGeneration !== workload.metadata.generation) return false;
  if (workload.kind === 'DaemonSet')
    return (
      (status.updatedNumberScheduled ?? 0) >= (status.desiredNumberScheduled ?? 0) &&
      (status.numberReady ?? 0) >= (status.desiredNumberScheduled ?? 0)
    );
  if ((workload.spec?.replicas ?? 1) === 0) return (status.replicas ?? 0) === 0;
  return isAvailable(workload) && (status.updatedReplicas ?? 0) >= (workload.spec?.replicas ?? 1);
}

export function unavailableOf(lab: Pick<ReconcileContext, 'store'>, label: string, owner: KubeObject): string[] {
  const ofOwner = (object: KubeObject) =>
    object.metadata.labels?.[label] === owner.metadata.name &&
    object.metadata.labels?.[label.replace(/name$/, 'namespace')] === owner.metadata.namespace;
  const name = (object: KubeObject) => `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
  const workloads = WORKLOADS.flatMap((kind) => lab.store.list(kind)).filter(
    (one) => ofOwner(one) && !isRolledOut(one),
  );
  const jobs = lab.store.list('batch/v1/Job').filter((one) => ofOwner(one) && !isTrue(one, 'Complete'));
  const claims = lab.store
    .list('v1/PersistentVolumeClaim')
    .filter((one) => ofOwner(one) && one.status?.phase !== 'Bound');
  return [...workloads, ...jobs, ...claims].map(name);
}

/** Which cluster a kubeconfig leads to: the UID of its kube-system namespace, and the lab that it belongs to, if any. */
import type { Kube } from '../kubernetes/client/kube.js';
import { type LabMark, labConfigMap } from '../sovereign/lab-mark.js';
import { fail, isCatalystError } from '../support/errors/errors.js';

export interface ClusterIdentity {
  /** `metadata.uid` of the namespace kube-system: unique per cluster, the same for its whole life. */
  uid: string;
  lab?: LabMark;
}

/** `metadata.uid` of the namespace kube-system; undefined where that is not served. */
export async function clusterUid(kube: Pick<Kube, 'get'>): Promise<string | undefined> {
  return (await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }))?.metadata.uid;
}

/** Throws E3101 and E3102 as the reads do. */
export async function readClusterIdentity(kube: Pick<Kube, 'get' | 'server'>): Promise<ClusterIdentity> {
  const [uid, lab] = await Promise.all([clusterUid(kube), readLabMark(kube)]);
  if (!uid)
    throw fail('E3101', `The cluster at ${kube.server} has no namespace kube-system, which identifies a cluster.`);
  return lab ? { uid, lab } : { uid };
}

/** Undefined on every cluster that is not a lab's. Whoever may not read it is not the admin that a lab gives. */
export async function readLabMark(kube: Pick<Kube, 'get'>): Promise<LabMark | undefined> {
  const found = await kube.get(labConfigMap).catch((error: unknown) => {
    if (isCatalystError(error, 'E3102') && error.data.status === 403) return undefined;
    throw error;
  });
  const { id, name } = (found?.data ?? {}) as Partial<LabMark>;
  return id ? { id, name: name || 'unnamed' } : undefined;
}

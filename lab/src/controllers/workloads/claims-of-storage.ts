/**
 * PersistentVolumeClaims are bound when their class exists; one without a class takes the default, once and for ever. Their volumes are
 * `local`, as k3s makes them: manifests/local-storage.yaml of 1.35.4 annotates its class with `defaultVolumeType: local`.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { all, type ReconcileContext, type Rule } from '../reconciler.js';

const CLAIM = 'v1/PersistentVolumeClaim';
const CLASS = 'storage.k8s.io/v1/StorageClass';
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

const defaultClass = (lab: ReconcileContext): KubeObject | undefined =>
  lab.store.list(CLASS).find((one) => one.metadata.annotations?.[IS_DEFAULT] === 'true');

/** A local volume is of one node: of the first Pod that mounts it, as far as one is placed. */
function nodeOf({ metadata }: KubeObject, lab: ReconcileContext): string {
  const pods = lab.store
    .list('v1/Pod', metadata.namespace)
    .filter(({ spec }) =>
      ((spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[]).some(
        (volume) => volume.persistentVolumeClaim?.claimName === metadata.name,
      ),
    );
  const placed = pods.find(({ spec }) => spec.nodeName)?.spec.nodeName;
  return placed ?? lab.store.list('v1/Node')[0]?.metadata.name ?? lab.world.nodes()[0]?.name ?? 'cp1';
}

/** What such a volume says of its node. */
const onNode = (name: string) => ({
  required: {
    nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] }],
  },
});

/** The volume that k3s' provisioner makes for a claim, with the name of the claim's uid, on one node. */
export function localVolume(
  claim: KubeObject,
  about: { storageClass: string; node: string; reclaimPolicy?: string; annotations?: Record<string, string> },
): KubeObject {
  const volume = `pvc-${claim.metadata.uid}`;
  const { name, namespace, uid } = claim.metadata;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume, ...(about.annotations ? { annotations: about.annotations } : {}) },
    spec: {
      capacity: claim.spec.resources?.requests ?? { storage: '1Gi' },
      accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
      storageClassName: about.storageClass,
      persistentVolumeReclaimPolicy: about.reclaimPolicy ?? 'Delete',
      local: { path: `/var/lib/rancher/k3s/storage/${volume}` },
      nodeAffinity: onNode(about.node),
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
    },
  };
}

export const storageClaims: Rule = {
  name: 'storage-claim',
  gone: async ({ metadata }, lab) => void lab.volumes.delete(`${metadata.uid}`),
  kind: CLAIM,
  also: { [CLASS]: all(CLAIM) },
  async reconcile(claim, lab) {
    if (claim.metadata.deletionTimestamp) {
      if ((claim.metadata.finalizers as string[] | undefined)?.length)
        await lab.patch(claim, { metadata: { finalizers: null } });
      return;
    }
    if (claim.status?.phase === 'Bound') return;
    const name: string | undefined = claim.spec.storageClassName ?? defaultClass(lab)?.metadata.name;
    if (!name || !lab.store.get(CLASS, undefined, name)) {
      await lab.setStatus(claim, { phase: 'Pending' });
      return;
    }
    const volume = `pvc-${claim.metadata.uid}`;
    const capacity = claim.spec.resources?.requests ?? { storage: '1Gi' };
    await lab.apply(localVolume(claim, { storageClass: name, node: nodeOf(claim, lab) }));
    await lab.patch(claim, { spec: { volumeName: volume, storageClassName: name } });
    await lab.setStatus(claim, { phase: 'Bound', accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'], capacity });
  },
};

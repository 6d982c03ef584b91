/** The provisioner that k3s brings: a volume for each claim of its class, once a node for its Pod is chosen. The rest is Kubernetes' own. */
import type { Rule } from '../../controllers/reconciler.js';
import { localVolume } from '../../controllers/workloads/claims-of-storage.js';

const provisioner = 'rancher.io/local-path';
const CLASS = 'storage.k8s.io/v1/StorageClass';

export const localPath: Rule = {
  name: 'local-path provisioner',
  kind: 'v1/PersistentVolumeClaim',
  also: {
    [CLASS]: (_changed, lab) =>
      lab.store.list('v1/PersistentVolumeClaim').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  },
  async reconcile(claim, lab) {
    const annotations = claim.metadata.annotations ?? {};
    if (claim.metadata.deletionTimestamp || claim.spec.volumeName) return;
    if (annotations['volume.kubernetes.io/storage-provisioner'] !== provisioner) return;
    const storage = lab.store.get(CLASS, undefined, claim.spec.storageClassName);
    const node = annotations['volume.kubernetes.io/selected-node'];
    // a local volume is of one node, which the scheduler chooses first (the class binds with the first consumer)
    if (!storage || !node) return;
    await lab.apply(
      localVolume(claim, {
        storageClass: claim.spec.storageClassName,
        node,
        reclaimPolicy: storage['reclaimPolicy'],
        annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      }),
    );
  },
};

/** A volume whose claim is gone goes too: the disk was made for that claim alone. */
export const localPathCleaning: Rule = {
  name: 'local-path cleaning',
  kind: 'v1/PersistentVolume',
  async reconcile(volume, lab) {
    const isOurs = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === provisioner;
    if (!isOurs || volume.metadata.deletionTimestamp) return;
    if (volume.status?.phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete')
      await lab.remove(volume);
  },
};

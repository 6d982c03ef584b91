/** PersistentVolumeClaims are bound when their class exists; one without a class takes the default, once and for ever. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { all, type Lab, type Rule } from './engine.js';

const CLAIM = 'v1/PersistentVolumeClaim';
const CLASS = 'storage.k8s.io/v1/StorageClass';
const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class';

const defaultClass = (lab: Lab): KubeObject | undefined =>
  lab.store.list(CLASS).find((one) => one.metadata.annotations?.[IS_DEFAULT] === 'true');

export const storageClaims: Rule = {
  name: 'storage-claim',
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
    await lab.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volume },
      spec: {
        capacity,
        accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
        storageClassName: name,
        persistentVolumeReclaimPolicy: 'Delete',
        hostPath: { path: `/var/lib/rancher/k3s/storage/${volume}` },
        claimRef: {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          name: claim.metadata.name,
          namespace: claim.metadata.namespace,
          uid: claim.metadata.uid,
        },
      },
    });
    await lab.patch(claim, { spec: { volumeName: volume, storageClassName: name } });
    await lab.setStatus(claim, { phase: 'Bound', accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'], capacity });
  },
};

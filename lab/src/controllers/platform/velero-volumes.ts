/** Velero's file-system backup of volumes by its node agents (pkg/podvolume/backupper.go of Velero 1.18). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Bucket } from '../../components/buckets.js';
import type { ReconcileContext } from '../reconciler.js';

interface Volume {
  name: string;
  persistentVolumeClaim?: { claimName: string };
}

const archiveOf = (backup: string, claim: string): string => `kopia/${backup}/${claim}.json`;

/** One PodVolumeBackup for each volume of a running Pod that a container mounts, but for hostPath ones: those are skipped. What failed. */
export async function backUpVolumes(backup: KubeObject, bucket: Bucket, lab: ReconcileContext): Promise<string[]> {
  if (!takesVolumes(backup, lab)) return [];
  const problems: string[] = [];
  for (const namespace of (backup.spec.includedNamespaces ?? []) as string[])
    for (const pod of lab.store.list('v1/Pod', namespace).filter(({ status }) => status?.phase === 'Running'))
      for (const { volume, claim } of await volumesOf(pod, lab)) {
        if (!agentOn(lab)) {
          problems.push(`daemonset pod not found in running state in node ${pod.spec.nodeName ?? ''}`);
          continue;
        }
        const files = [...(lab.volumes.get(`${claim.metadata.uid}`) ?? [])];
        await bucket.put(archiveOf(backup.metadata.name, claim.metadata.name), Buffer.from(JSON.stringify(files)));
        await record(backup, pod, volume, claim, lab);
      }
  return problems;
}

/** As the backup says, else as the server was told by its chart. */
function takesVolumes({ spec }: KubeObject, lab: ReconcileContext): boolean {
  if (spec.defaultVolumesToFsBackup !== undefined) return spec.defaultVolumesToFsBackup;
  const server = lab.store.list('apps/v1/Deployment').find(({ metadata }) => metadata.name === 'velero');
  const args = (server?.spec.template?.spec?.containers?.[0]?.args ?? []) as string[];
  return args.includes('--default-volumes-to-fs-backup=true');
}

async function volumesOf(pod: KubeObject, lab: ReconcileContext): Promise<{ volume: Volume; claim: KubeObject }[]> {
  const mounted = new Set(
    ((pod.spec.containers ?? []) as { volumeMounts?: { name: string }[] }[]).flatMap(({ volumeMounts = [] }) =>
      volumeMounts.map(({ name }) => name),
    ),
  );
  const found: { volume: Volume; claim: KubeObject }[] = [];
  for (const volume of ((pod.spec.volumes ?? []) as Volume[]).filter(({ name }) => mounted.has(name))) {
    const name = volume.persistentVolumeClaim?.claimName;
    const claim = name && lab.store.get('v1/PersistentVolumeClaim', pod.metadata.namespace, name);
    if (!claim) continue;
    const of = { apiVersion: 'v1', kind: 'PersistentVolume', name: String(claim.spec.volumeName ?? '') };
    const disk = await lab.kube.get(of);
    if (!disk?.spec.hostPath) found.push({ volume, claim });
  }
  return found;
}

const agentOn = (lab: ReconcileContext): boolean =>
  lab.store
    .list('apps/v1/DaemonSet')
    .some(({ metadata, status }) => metadata.name === 'node-agent' && (status?.numberReady ?? 0) > 0);

async function record(
  backup: KubeObject,
  pod: KubeObject,
  volume: Volume,
  claim: KubeObject,
  lab: ReconcileContext,
): Promise<void> {
  const made = await lab.create({
    apiVersion: backup.apiVersion,
    kind: 'PodVolumeBackup',
    metadata: {
      name: `${backup.metadata.name}-${claim.metadata.name}`,
      namespace: backup.metadata.namespace,
      labels: { 'velero.io/backup-name': backup.metadata.name, 'velero.io/pvc-uid': `${claim.metadata.uid}` },
    },
    spec: {
      node: pod.spec.nodeName ?? '',
      pod: { kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid },
      volume: volume.name,
      backupStorageLocation: backup.spec.storageLocation ?? 'default',
      repoIdentifier: '',
      uploaderType: 'kopia',
    },
  } as KubeObject);
  await lab.setStatus(made, { phase: 'Completed' });
}

/** The data of that claim, into the volume of the one that was made in its place. */
export async function restoreVolume(
  claim: KubeObject,
  backup: string,
  bucket: Bucket,
  lab: ReconcileContext,
): Promise<void> {
  const kept = await bucket.get(archiveOf(backup, claim.metadata.name));
  if (kept) lab.volumes.set(`${claim.metadata.uid}`, new Map(JSON.parse(kept.toString()) as [string, string][]));
}

export async function forgetVolumes(
  namespace: string,
  backup: string,
  bucket: Bucket,
  lab: ReconcileContext,
): Promise<void> {
  for (const key of await bucket.list(`kopia/${backup}/`)) await bucket.remove(key);
  const records = await lab.kube.list({
    apiVersion: 'velero.io/v1',
    kind: 'PodVolumeBackup',
    namespace,
    labelSelector: `velero.io/backup-name=${backup}`,
  });
  for (const one of records) await lab.remove({ ...one, apiVersion: 'velero.io/v1', kind: 'PodVolumeBackup' });
}

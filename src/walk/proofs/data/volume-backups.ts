/**
 * Whether a backup has the data of the volumes, and not their claims alone: Velero calls a backup Completed although it skipped volumes
 * (hostPath ones, those of Pods that do not run).
 */
import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { velero, veleroApi } from './backup-objects.js';

const excludes = 'backup.velero.io/backup-volumes-excludes';
const leftOut = ({ metadata }: KubeObject) => metadata.labels?.['velero.io/exclude-from-backup'] === 'true';

/** Claims in these namespaces that a Pod mounted when the backup began, without those that are left out on purpose. */
export async function claimsAt(
  kube: Kube,
  began: string,
  wanted: (namespace: string) => boolean,
): Promise<KubeObject[]> {
  const [claims, pods] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }),
    kube.list({ apiVersion: 'v1', kind: 'Pod' }),
  ]);
  const taken = (one: KubeObject) =>
    Date.parse(one.metadata.creationTimestamp ?? '') < Date.parse(began) && !leftOut(one);
  const mounted = new Set(
    pods.filter((pod) => pod.status?.phase === 'Running' && taken(pod)).flatMap((pod) => mountedBy(pod)),
  );
  return claims.filter(
    (one) =>
      wanted(one.metadata.namespace ?? '') &&
      taken(one) &&
      mounted.has(`${one.metadata.namespace}/${one.metadata.name}`),
  );
}

/** `namespace/claim` of the volumes that Velero reads of a Pod. */
function mountedBy({ metadata, spec }: KubeObject): string[] {
  const without = (metadata.annotations?.[excludes] ?? '').split(',').map((one) => one.trim());
  return ((spec?.volumes ?? []) as { name: string; persistentVolumeClaim?: { claimName: string } }[])
    .filter(({ name }) => !without.includes(name))
    .flatMap(({ persistentVolumeClaim: claim }) => (claim ? [`${metadata.namespace}/${claim.claimName}`] : []));
}

/** Claims without a Completed PodVolumeBackup in that backup, each with why. */
export async function volumesMissing(kube: Kube, backup: string, claims: readonly KubeObject[]): Promise<string[]> {
  const kept = await kube.list({
    apiVersion: veleroApi,
    kind: 'PodVolumeBackup',
    namespace: velero,
    labelSelector: `velero.io/backup-name=${backup}`,
  });
  return claims.flatMap(({ metadata }) => {
    const own = kept.filter((one) => one.metadata.labels?.['velero.io/pvc-uid'] === metadata.uid);
    if (own.some(({ status }) => status?.phase === 'Completed')) return [];
    const why = own.map(({ status }) => `${status?.phase ?? 'not begun'} ${status?.message ?? ''}`.trim());
    return [`${metadata.namespace}/${metadata.name} (${why.join(', ') || 'skipped'})`];
  });
}

/** The newest backup that a schedule made and that has ended. */
export async function lastScheduled(kube: Kube): Promise<KubeObject | undefined> {
  const backups = await kube.list({ apiVersion: veleroApi, kind: 'Backup', namespace: velero });
  const ended = backups.filter(
    ({ metadata, status }) => metadata.labels?.['velero.io/schedule-name'] && status?.completionTimestamp,
  );
  return ended.sort((a, b) => String(b.status.startTimestamp).localeCompare(String(a.status.startTimestamp)))[0];
}

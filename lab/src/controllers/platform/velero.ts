/** Velero: locations are Available when their bucket answers, backups really lie there, restores really read them. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { type KubeObject, refOfObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { type Bucket, keysIn, openBucket } from '../../components/buckets.js';
import { RequestRefused } from '../../kubernetes/client/client-transport.js';
import type { Outcome, ReconcileContext, Rule } from '../reconciler.js';
import { backUpVolumes, forgetVolumes, restoreVolume } from './velero-volumes.js';

const API = 'velero.io/v1';
const OPERATOR = /^velero$/;
const LOCATION = `${API}/BackupStorageLocation`;

export const velero: Rule[] = [
  { name: 'velero location', kind: LOCATION, operator: OPERATOR, reconcile: look },
  { name: 'velero backup', kind: `${API}/Backup`, operator: OPERATOR, reconcile: backUp },
  { name: 'velero restore', kind: `${API}/Restore`, operator: OPERATOR, reconcile: restore },
  { name: 'velero deletion', kind: `${API}/DeleteBackupRequest`, operator: OPERATOR, reconcile: forget },
];

const time = (lab: ReconcileContext): string =>
  lab.clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');

async function bucketAt(location: KubeObject, lab: ReconcileContext): Promise<Bucket> {
  const storage = lab.world.objectStorage;
  const keys = keysIn(lab, location.metadata.namespace!);
  if (!storage || !keys) throw new Error('no credentials for the object store');
  const { bucket, prefix } = location.spec.objectStorage;
  return openBucket({ ...storage, ...keys }, bucket, prefix ? `${prefix}/` : '');
}

async function look(location: KubeObject, lab: ReconcileContext): Promise<Outcome> {
  try {
    const strange = strangersIn(await (await bucketAt(location, lab)).list(''));
    if (strange.length > 0)
      throw new Error(`Backup store contains invalid top-level directories: [${strange.join(' ')}]`);
    if (location.status?.phase === 'Available') return { againMs: 30_000 };
    await lab.setStatus(location, {
      phase: 'Available',
      lastValidationTime: time(lab),
      lastSyncedTime: time(lab),
      message: null,
    });
    return { againMs: 30_000 };
  } catch (error) {
    await lab.setStatus(location, { phase: 'Unavailable', message: messageOf(error) });
    return { againMs: 1000 };
  }
}

/** pkg/persistence/object_store_layout.go of Velero 1.18: any other directory makes the location unavailable. */
function strangersIn(keys: readonly string[]): string[] {
  const known = ['backups', 'restores', 'restic', 'metadata', 'plugins', 'kopia'];
  const found = new Set(keys.flatMap((key) => (key.includes('/') ? [key.split('/')[0]!] : [])));
  return [...found].filter((name) => !known.includes(name));
}

function locationOf(name: string | undefined, namespace: string, lab: ReconcileContext): KubeObject {
  const found = lab.store.get(LOCATION, namespace, name ?? 'default');
  if (found?.status?.phase !== 'Available')
    throw new Error(`backup storage location "${name ?? 'default'}" is not available`);
  return found;
}

const archiveOf = (name: string): string => `backups/${name}/${name}.json.gz`;

async function backUp(backup: KubeObject, lab: ReconcileContext): Promise<void> {
  if (backup.status?.phase || backup.metadata.deletionTimestamp) return;
  const startTimestamp = time(lab);
  try {
    const bucket = await bucketAt(locationOf(backup.spec.storageLocation, backup.metadata.namespace!, lab), lab);
    const objects = await objectsIn((backup.spec.includedNamespaces ?? []) as string[], lab);
    await bucket.put(`backups/${backup.metadata.name}/velero-backup.json`, Buffer.from(JSON.stringify(backup)));
    await bucket.put(archiveOf(backup.metadata.name), gzipSync(JSON.stringify(objects)));
    const problems = await backUpVolumes(backup, bucket, lab);
    const progress = { itemsBackedUp: objects.length, totalItems: objects.length };
    await lab.setStatus(backup, {
      phase: problems.length > 0 ? 'PartiallyFailed' : 'Completed',
      ...(problems.length > 0 ? { failureReason: problems.join('; '), errors: problems.length } : {}),
      version: 1,
      formatVersion: '1.1.0',
      startTimestamp,
      completionTimestamp: time(lab),
      progress,
    });
  } catch (error) {
    await lab.setStatus(backup, { phase: 'Failed', startTimestamp, failureReason: messageOf(error) });
  }
}

async function restore(one: KubeObject, lab: ReconcileContext): Promise<void> {
  if (one.status?.phase || one.metadata.deletionTimestamp) return;
  const startTimestamp = time(lab);
  try {
    const backup = lab.store.get(`${API}/Backup`, one.metadata.namespace, one.spec.backupName);
    if (backup?.status?.phase !== 'Completed') throw new Error(`backup "${one.spec.backupName}" is not completed`);
    const bucket = await bucketAt(locationOf(backup.spec.storageLocation, one.metadata.namespace!, lab), lab);
    const packed = await bucket.get(archiveOf(one.spec.backupName));
    if (!packed) throw new Error(`backup "${one.spec.backupName}" is not in the bucket`);
    const wanted = (one.spec.includedNamespaces ?? ['*']) as string[];
    const objects = (JSON.parse(gunzipSync(packed).toString()) as KubeObject[]).filter(
      (object) => wanted.includes('*') || wanted.includes(object.metadata.namespace ?? object.metadata.name),
    );
    for (const object of objects)
      if (!(await lab.kube.get(refOfObject(object)))) await bringBack(object, one, bucket, lab);
    await lab.setStatus(one, {
      phase: 'Completed',
      startTimestamp,
      completionTimestamp: time(lab),
      progress: { itemsRestored: objects.length, totalItems: objects.length },
    });
  } catch (error) {
    await lab.setStatus(one, { phase: 'Failed', startTimestamp, failureReason: messageOf(error) });
  }
}

/** A claim is bound anew, its data read into the new volume; a Pod may start on another node. */
async function bringBack(object: KubeObject, one: KubeObject, bucket: Bucket, lab: ReconcileContext): Promise<void> {
  if (object.kind !== 'PersistentVolumeClaim' && object.kind !== 'Pod') return void (await lab.create(object));
  const { volumeName: _volume, nodeName: _node, ...spec } = object.spec;
  const made = await lab.create({ ...object, metadata: withoutBinding(object.metadata), spec });
  if (object.kind === 'PersistentVolumeClaim') await restoreVolume(made, one.spec.backupName, bucket, lab);
}

async function forget(request: KubeObject, lab: ReconcileContext): Promise<void> {
  if (request.status?.phase === 'Processed') return;
  const namespace = request.metadata.namespace!;
  const backup = lab.store.get(`${API}/Backup`, namespace, request.spec.backupName);
  if (backup) {
    const bucket = await bucketAt(locationOf(backup.spec.storageLocation, namespace, lab), lab);
    for (const key of await bucket.list(`backups/${request.spec.backupName}/`)) await bucket.remove(key);
    await forgetVolumes(namespace, request.spec.backupName, bucket, lab);
    await lab.remove(backup);
  }
  await lab.setStatus(request, { phase: 'Processed' });
  await lab.remove(request);
}

// derived from others or made anew by the cluster
const SKIPPED = new Set([
  'ReplicaSet',
  'Endpoints',
  'EndpointSlice',
  'Event',
  'Lease',
  'ControllerRevision',
  'PolicyReport',
  'VulnerabilityReport',
]);

/** Namespaces and everything in them, without what the server sets. */
async function objectsIn(namespaces: readonly string[], lab: ReconcileContext): Promise<KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const name of namespaces) {
    const space = lab.store.get('v1/Namespace', undefined, name);
    if (space) objects.push(bare(space));
  }
  // Pods of a workload are made anew by it
  for (const { apiVersion, kind } of await namespacedKinds(lab))
    for (const namespace of namespaces)
      for (const object of await lab.kube.list({ apiVersion, kind, namespace }).catch(nothingServed))
        if (kind !== 'Pod' || !object.metadata.ownerReferences?.length)
          objects.push(bare({ ...object, apiVersion, kind }));
  return objects;
}

function nothingServed(error: unknown): [] {
  if (error instanceof RequestRefused && error.status === 404) return [];
  throw error;
}

async function namespacedKinds(lab: ReconcileContext): Promise<{ apiVersion: string; kind: string }[]> {
  // a group may be told of and not be served, for a moment after its kinds were defined or taken away: it has nothing then
  const read = async (path: string) => {
    const { status, body } = await lab.kube.raw(path);
    return status === 404 ? {} : JSON.parse(body);
  };
  const { groups } = (await read('/apis')) as { groups: { preferredVersion: { groupVersion: string } }[] };
  const versions = ['v1', ...groups.map((group) => group.preferredVersion.groupVersion)];
  const kinds: { apiVersion: string; kind: string }[] = [];
  for (const apiVersion of versions) {
    const list = (await read(apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`)) as {
      resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
    };
    for (const { name, kind, namespaced, verbs } of list.resources ?? [])
      if (namespaced && !name.includes('/') && verbs.includes('list') && verbs.includes('create') && !SKIPPED.has(kind))
        kinds.push({ apiVersion, kind });
  }
  return kinds;
}

function bare(object: KubeObject): KubeObject {
  const { status: _status, ...rest } = object;
  const { name, namespace, labels, annotations } = object.metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
  } as KubeObject;
}

/**
 * What binds a claim to its former volume and node (resetVolumeBindingInfo in pkg/restore/restore.go of Velero 1.18): with
 * `bind-completed` and no volume, Kubernetes takes a claim for lost.
 */
function withoutBinding({ annotations = {}, ...metadata }: KubeObject['metadata']): KubeObject['metadata'] {
  const bound = /^(pv\.kubernetes\.io\/|volume\.kubernetes\.io\/|volume\.beta\.kubernetes\.io\/)/;
  return {
    ...metadata,
    annotations: Object.fromEntries(Object.entries(annotations).filter(([key]) => !bound.test(key))),
  };
}

/** Buckets and objects in memory, with versions, as an Object Storage keeps them. No protocol here. */
import { createHash, randomUUID } from 'node:crypto';

export interface StoredObject {
  key: string;
  body: Buffer;
  etag: string;
  modified: Date;
  contentType: string;
  /** `x-amz-meta-*`, names in lower case. */
  metadata: Record<string, string>;
  /** `x-amz-checksum-*` that came with it. */
  sums: Record<string, string>;
  versionId: string;
  /** A delete marker: the key is gone, its older versions are not. */
  marker: boolean;
}

export interface Bucket {
  name: string;
  owner: string;
  created: Date;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** The configuration as it was sent. */
  lifecycle?: string;
  /** Newest first. */
  objects: Map<string, StoredObject[]>;
  uploads: Map<string, { key: string }>;
}

export interface ObjectStorage {
  buckets: Map<string, Bucket>;
  createBucket(name: string, owner: string): Bucket;
  put(bucket: Bucket, key: string, body: Buffer, about?: Partial<StoredObject>): StoredObject;
  /** The newest version; undefined when there is none or it is a delete marker. */
  current(bucket: Bucket, key: string, versionId?: string): StoredObject | undefined;
  /** Removes the key (or leaves a marker, where versions are kept), or one version for good. */
  remove(bucket: Bucket, key: string, versionId?: string): { versionId?: string; marker: boolean };
  /** Keys in order with their newest version, markers left out. */
  list(bucket: Bucket, prefix?: string): StoredObject[];
  isEmpty(bucket: Bucket): boolean;
}

export const md5 = (data: Buffer) => createHash('md5').update(data).digest('hex');

export function createObjectStorage(now: () => Date): ObjectStorage {
  const buckets = new Map<string, Bucket>();
  const newVersion = (bucket: Bucket) => (bucket.versioning === 'Enabled' ? randomUUID().replaceAll('-', '') : 'null');
  const add = (bucket: Bucket, object: StoredObject) => {
    const older = bucket.objects.get(object.key) ?? [];
    // only numbered versions survive a new one
    const kept = older.filter((version) => version.versionId !== 'null' || object.versionId !== 'null');
    bucket.objects.set(object.key, [object, ...(bucket.versioning ? kept : [])]);
    return object;
  };
  return {
    buckets,
    createBucket(name, owner) {
      const bucket: Bucket = {
        name,
        owner,
        created: now(),
        versioning: undefined,
        objects: new Map(),
        uploads: new Map(),
      };
      buckets.set(name, bucket);
      return bucket;
    },
    put: (bucket, key, body, about = {}) =>
      add(bucket, {
        key,
        body,
        etag: md5(body),
        modified: now(),
        contentType: 'binary/octet-stream',
        metadata: {},
        sums: {},
        marker: false,
        ...about,
        versionId: newVersion(bucket),
      }),
    current(bucket, key, versionId) {
      const versions = bucket.objects.get(key) ?? [];
      const found = versionId ? versions.find((version) => version.versionId === versionId) : versions[0];
      return found?.marker ? undefined : found;
    },
    remove(bucket, key, versionId) {
      const versions = bucket.objects.get(key) ?? [];
      if (versionId) {
        const removed = versions.find((version) => version.versionId === versionId);
        const left = versions.filter((version) => version !== removed);
        if (left.length > 0) bucket.objects.set(key, left);
        else bucket.objects.delete(key);
        return { versionId, marker: removed?.marker ?? false };
      }
      if (!bucket.versioning) {
        bucket.objects.delete(key);
        return { marker: false };
      }
      const marker = add(bucket, {
        key,
        body: Buffer.alloc(0),
        etag: '',
        modified: now(),
        contentType: '',
        metadata: {},
        sums: {},
        marker: true,
        versionId: newVersion(bucket),
      });
      return { versionId: marker.versionId, marker: true };
    },
    list: (bucket, prefix = '') =>
      [...bucket.objects.values()]
        .map((versions) => versions[0]!)
        .filter((object) => !object.marker && object.key.startsWith(prefix))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    isEmpty: (bucket) => bucket.objects.size === 0,
  };
}

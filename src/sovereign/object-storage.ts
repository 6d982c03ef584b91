/** The buckets of a Sovereign and what is true of them: names, marker, versioning. Pure. */
import type { Spec } from './spec/schema.js';

export const bucketConsumers = ['harbor', 'velero', 'loki', 'mimir', 'tempo', 'openbao', 'postgres', 'etcd'] as const;
export type BucketConsumer = (typeof bucketConsumers)[number];

/** Consumers whose objects a mistake must not be able to destroy at once. */
export const versionedConsumers: readonly BucketConsumer[] = ['velero', 'openbao', 'postgres'];

/** What a bucket removes by itself, in days. Without it a version that was replaced, and a part of an upload that broke off, cost for ever. */
export interface BucketLifecycle {
  /** Versions that are no longer the current one; left out where none are kept. */
  noncurrentDays?: number;
  abortUploadDays: number;
}

export function lifecycleOf(consumer: BucketConsumer): BucketLifecycle {
  const abortUploadDays = 7;
  return versionedConsumers.includes(consumer) ? { noncurrentDays: 30, abortUploadDays } : { abortUploadDays };
}

/** Object that says whose bucket it is: Hetzner's Object Storage has no bucket tags. */
export const bucketMarker = '.catalyst-sovereign.json';

export function bucketName(spec: Spec, consumer: BucketConsumer): string {
  return `${spec.objectStorage.bucketPrefix}-${consumer}`;
}

/** Address of the S3 endpoint, for calls and for the tree: the spec's (overlay-environment.ts), or Hetzner's own for the location. */
export function objectStorageEndpoint(spec: Spec): string {
  const { endpoint, location } = spec.objectStorage;
  return (endpoint || `https://${location}.your-objectstorage.com`).replace(/\/+$/, '');
}

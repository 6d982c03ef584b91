/** What a bucket really holds: every version, every delete marker, every upload that was never finished. */
import type { ListObjectVersionsCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { pageTurner } from './s3-bounds.js';

export interface ObjectVersion {
  key: string;
  /** `null` where versions are not kept. */
  versionId: string;
  /** Bytes; a delete marker has none. */
  size: number;
  /** ISO 8601. */
  modified: string;
  deleteMarker: boolean;
}

export interface VersionReader {
  /** All versions, a page of at most 1000 at a time. */
  versions(bucket: string): AsyncIterable<ObjectVersion[]>;
  uploads(bucket: string): Promise<{ key: string; uploadId: string }[]>;
}

export interface VersionWriter {
  /** One version, for good. */
  deleteVersion(bucket: string, version: Pick<ObjectVersion, 'key' | 'versionId'>): Promise<void>;
  abortUpload(bucket: string, upload: { key: string; uploadId: string }): Promise<void>;
}

interface VersionPosition {
  KeyMarker?: string;
  VersionIdMarker?: string;
}

interface Connection {
  connect: () => Promise<{ s3: typeof import('@aws-sdk/client-s3'); send: S3Client['send'] }>;
  /** Runs a call and puts its refusal into our words. */
  told: <T>(what: string, call: () => Promise<T>) => Promise<T>;
  signal?: AbortSignal;
}

export function versionCalls({ connect, told, signal }: Connection): VersionReader & VersionWriter {
  const at = { abortSignal: signal };
  return {
    async *versions(bucket) {
      const next = pageTurner(`the versions in ${bucket}`);
      for (let from: VersionPosition | undefined = {}; from !== undefined; ) {
        const start: VersionPosition = from;
        const page: ListObjectVersionsCommandOutput = await told(`list the versions in ${bucket}`, async () => {
          const { s3, send } = await connect();
          return send(new s3.ListObjectVersionsCommand({ Bucket: bucket, ...start }), at);
        });
        const marked = (page.DeleteMarkers ?? []).map((one) => ({ ...one, Size: 0, deleteMarker: true }));
        const kept = (page.Versions ?? []).map((one) => ({ ...one, deleteMarker: false }));
        yield [...kept, ...marked].map(({ Key = '', VersionId = 'null', Size = 0, LastModified, deleteMarker }) => ({
          key: Key,
          versionId: VersionId,
          size: Size,
          modified: LastModified?.toISOString() ?? '',
          deleteMarker,
        }));
        from = next(
          page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined,
        );
      }
    },
    deleteVersion: (bucket, { key, versionId }) =>
      told(`delete a version of ${bucket}/${key}`, async () => {
        const { s3, send } = await connect();
        await send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }), at);
      }),
    uploads: (bucket) =>
      told(`list unfinished uploads in ${bucket}`, async () => {
        const { s3, send } = await connect();
        const page = await send(new s3.ListMultipartUploadsCommand({ Bucket: bucket }), at);
        return (page.Uploads ?? []).map(({ Key = '', UploadId = '' }) => ({ key: Key, uploadId: UploadId }));
      }),
    abortUpload: (bucket, { key, uploadId }) =>
      told(`abort an upload of ${bucket}/${key}`, async () => {
        const { s3, send } = await connect();
        await send(new s3.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }), at);
      }),
  };
}

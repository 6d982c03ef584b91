/** What a bucket really holds: every version, every delete marker, every upload that was never finished. */
import type { ListMultipartUploadsCommandOutput, ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { RunS3 } from '../s3-connection.js';
import { momentIn, nameIn, sizeIn } from '../s3-entries.js';
import { pageTurner } from './bounds.js';

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
  /** All of them. */
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

interface UploadPosition {
  KeyMarker?: string;
  UploadIdMarker?: string;
}

export function versionCalls(run: RunS3): VersionReader & VersionWriter {
  return {
    async *versions(bucket) {
      // Each page is an operation of its own: between two of them the caller deletes what the first one named.
      const what = `the versions in ${bucket}`;
      const next = pageTurner(what);
      for (let from: VersionPosition | undefined = {}; from !== undefined; ) {
        const start: VersionPosition = from;
        const page: ListObjectVersionsCommandOutput = await run(`list ${what}`, ({ s3, send }) =>
          send(new s3.ListObjectVersionsCommand({ Bucket: bucket, ...start })),
        );
        const marked = (page.DeleteMarkers ?? []).map((one) => ({ ...one, Size: 0, deleteMarker: true }));
        const kept = (page.Versions ?? []).map((one) => ({ ...one, deleteMarker: false }));
        yield [...kept, ...marked].map(({ Key, VersionId = 'null', Size, LastModified, deleteMarker }) => ({
          key: nameIn(Key, what),
          versionId: VersionId,
          size: sizeIn(Size, what),
          modified: momentIn(LastModified, what),
          deleteMarker,
        }));
        from = next(
          page.IsTruncated ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined,
        );
      }
    },
    deleteVersion: (bucket, { key, versionId }) =>
      run(`delete a version of ${bucket}/${key}`, async ({ s3, send }) => {
        await send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
      }),
    uploads: (bucket) =>
      run(`list unfinished uploads in ${bucket}`, async ({ s3, send, time }) => {
        const found: { key: string; uploadId: string }[] = [];
        const what = `the unfinished uploads in ${bucket}`;
        const next = pageTurner(what, time);
        for (let from: UploadPosition | undefined = {}; from !== undefined; ) {
          const page: ListMultipartUploadsCommandOutput = await send(
            new s3.ListMultipartUploadsCommand({ Bucket: bucket, ...from }),
          );
          for (const { Key, UploadId } of page.Uploads ?? [])
            found.push({ key: nameIn(Key, what), uploadId: nameIn(UploadId, what) });
          from = next(
            page.IsTruncated ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker } : undefined,
          );
        }
        return found;
      }),
    abortUpload: (bucket, { key, uploadId }) =>
      run(`abort an upload of ${bucket}/${key}`, async ({ s3, send }) => {
        await send(new s3.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
      }),
  };
}

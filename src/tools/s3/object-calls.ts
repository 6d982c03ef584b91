/** The objects in a bucket. */
import type { RunS3 } from '../s3-connection.js';
import { momentIn, nameIn, sizeIn } from '../s3-entries.js';
import { pageTurner } from './bounds.js';
import { errorName } from './errors.js';

export interface ObjectReader {
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  /** Bytes `from` to `to`, both included. */
  getRange(bucket: string, key: string, from: number, to: number): Promise<Uint8Array | undefined>;
  list(bucket: string, prefix?: string): Promise<{ key: string; size: number; modified: string }[]>;
}

export interface ObjectWriter {
  put(bucket: string, key: string, body: string | Uint8Array, contentType?: string): Promise<void>;
  delete(bucket: string, key: string): Promise<void>;
}

export function objectCalls(run: RunS3): ObjectReader & ObjectWriter {
  const read = (what: { Bucket: string; Key: string; Range?: string }) =>
    run(`read ${what.Bucket}/${what.Key}`, async ({ s3, send }) => {
      try {
        const answer = await send(new s3.GetObjectCommand(what));
        return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      } catch (error) {
        if (errorName(error) === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  return {
    // Strings and buffers only: a stream would be sent as aws-chunked, which Hetzner's gateway answers with a hash mismatch.
    put: (bucket, key, body, contentType) =>
      run(`write ${bucket}/${key}`, async ({ s3, send }) => {
        await send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
      }),
    get: (bucket, key) => read({ Bucket: bucket, Key: key }),
    getRange: (bucket, key, from, to) => read({ Bucket: bucket, Key: key, Range: `bytes=${from}-${to}` }),
    // One by one: DeleteObjects insists on a checksum that the gateway does not know.
    delete: (bucket, key) =>
      run(`delete ${bucket}/${key}`, async ({ s3, send }) => {
        await send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }));
      }),
    list: (bucket, prefix) =>
      run(`list ${bucket}`, async ({ s3, send, time }) => {
        const found: { key: string; size: number; modified: string }[] = [];
        const next = pageTurner(bucket, time);
        for (let token: string | undefined; ; ) {
          const page = await send(
            new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
          );
          for (const { Key, Size, LastModified } of page.Contents ?? [])
            found.push({
              key: nameIn(Key, bucket),
              size: sizeIn(Size, bucket),
              modified: momentIn(LastModified, bucket),
            });
          token = page.IsTruncated ? next(page.NextContinuationToken) : undefined;
          if (!token) return found;
        }
      }),
  };
}

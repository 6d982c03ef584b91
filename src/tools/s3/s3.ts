/** S3 as we use it: path-style, SigV4, no optional checksums (Hetzner's gateway refuses some). */
import { connectS3, type S3Access } from '../s3-connection.js';
import { momentIn, nameIn, sizeIn } from '../s3-entries.js';
import { pageTurner } from './bounds.js';
import { errorName, statusOf } from './errors.js';
import { type VersionReader, type VersionWriter, versionCalls } from './versions.js';

export interface ObjectStore extends VersionReader {
  readonly endpoint: string;
  readonly region: string;
  listBuckets(): Promise<string[]>;
  /** Of this account, with the moment they were created (ISO 8601). */
  buckets(): Promise<{ name: string; created: string }[]>;
  /** `ours` when it exists and this account owns it, `foreign` on 403, `absent` on 404. */
  bucket(name: string): Promise<'ours' | 'foreign' | 'absent'>;
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  list(bucket: string, prefix?: string): Promise<{ key: string; size: number; modified: string }[]>;
}

export interface ObjectStoreWriter extends VersionWriter {
  createBucket(name: string): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  setVersioning(name: string, on: boolean): Promise<void>;
  put(bucket: string, key: string, body: string | Uint8Array, contentType?: string): Promise<void>;
  delete(bucket: string, key: string): Promise<void>;
}

/** Throws E2302 when the keys are refused and E2301 for everything else that S3 answers. */
export function createObjectStore(access: S3Access): ObjectStore & ObjectStoreWriter {
  const { endpoint, region } = access;
  const run = connectS3(access);

  const buckets = () =>
    run('list buckets', async ({ s3, send, time }) => {
      const found: { name: string; created: string }[] = [];
      const next = pageTurner('the buckets', time);
      for (let token: string | undefined; ; ) {
        const answer = await send(new s3.ListBucketsCommand({ ContinuationToken: token }));
        for (const { Name, CreationDate } of answer.Buckets ?? [])
          found.push({ name: nameIn(Name, 'the buckets'), created: momentIn(CreationDate, 'the buckets') });
        token = next(answer.ContinuationToken);
        if (!token) return found;
      }
    });

  return {
    endpoint,
    region,
    ...versionCalls(run),
    listBuckets: async () => (await buckets()).map(({ name }) => name),
    buckets,
    // HeadBucket on 403 does not tell a stranger's bucket from keys without rights; both are "not ours".
    bucket: (name) =>
      run(`look at bucket ${name}`, async ({ s3, send }) => {
        try {
          await send(new s3.HeadBucketCommand({ Bucket: name }));
          return 'ours';
        } catch (error) {
          const status = statusOf(error);
          if (status === 404) return 'absent';
          if (status === 403 || status === 301) return 'foreign';
          throw error;
        }
      }),
    createBucket: (name) =>
      run(`create bucket ${name}`, async ({ s3, send }) => {
        try {
          await send(new s3.CreateBucketCommand({ Bucket: name }));
        } catch (error) {
          if (errorName(error) !== 'BucketAlreadyOwnedByYou') throw error;
        }
      }),
    deleteBucket: (name) =>
      run(`delete bucket ${name}`, async ({ s3, send }) => {
        await send(new s3.DeleteBucketCommand({ Bucket: name }));
      }),
    setVersioning: (name, on) =>
      run(`set versioning of bucket ${name}`, async ({ s3, send }) => {
        const VersioningConfiguration = { Status: on ? ('Enabled' as const) : ('Suspended' as const) };
        await send(new s3.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      }),
    // Strings and buffers only: a stream would be sent as aws-chunked, which Hetzner's gateway answers with a hash mismatch.
    put: (bucket, key, body, contentType) =>
      run(`write ${bucket}/${key}`, async ({ s3, send }) => {
        await send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
      }),
    get: (bucket, key) =>
      run(`read ${bucket}/${key}`, async ({ s3, send }) => {
        try {
          const answer = await send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }));
          return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        } catch (error) {
          if (errorName(error) === 'NoSuchKey') return undefined;
          throw error;
        }
      }),
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

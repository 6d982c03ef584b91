/** S3 as we use it: path-style, SigV4, no optional checksums (Hetzner's gateway refuses some). */
import type { S3Client } from '@aws-sdk/client-s3';
import { type CatalystError, fail, messageOf } from '../support/errors.js';

export interface ObjectStore {
  readonly endpoint: string;
  readonly region: string;
  listBuckets(): Promise<string[]>;
  /** `ours` when it exists and this account owns it, `foreign` on 403, `absent` on 404. */
  bucket(name: string): Promise<'ours' | 'foreign' | 'absent'>;
  createBucket(name: string): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  setVersioning(name: string, on: boolean): Promise<void>;
  put(bucket: string, key: string, body: string | Uint8Array, contentType?: string): Promise<void>;
  get(bucket: string, key: string): Promise<Uint8Array | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  list(bucket: string, prefix?: string): Promise<{ key: string; size: number; modified: string }[]>;
}

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  signal?: AbortSignal;
  /** Per request. */
  timeoutMs?: number;
}

/** Throws E2302 when the keys are refused and E2301 for everything else that S3 answers. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore {
  const { endpoint, region, signal } = options;
  const sdk = import('@aws-sdk/client-s3');
  sdk.catch(() => undefined);
  let made: S3Client | undefined;
  const connect = async () => {
    const s3 = await sdk;
    made ??= new s3.S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 4,
      requestHandler: { requestTimeout: options.timeoutMs ?? 30_000, connectionTimeout: 10_000 },
    });
    return { s3, send: made.send.bind(made) as S3Client['send'] };
  };
  const at = { abortSignal: signal };
  const told = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      signal?.throwIfAborted();
      throw storeError(what, endpoint, error);
    }
  };

  return {
    endpoint,
    region,
    listBuckets: () =>
      told('list buckets', async () => {
        const { s3, send } = await connect();
        const answer = await send(new s3.ListBucketsCommand({}), at);
        return (answer.Buckets ?? []).map(({ Name }) => Name ?? '');
      }),
    // HeadBucket on 403 does not tell a stranger's bucket from keys without rights; both are "not ours".
    bucket: async (name) => {
      const { s3, send } = await connect();
      try {
        await send(new s3.HeadBucketCommand({ Bucket: name }), at);
        return 'ours';
      } catch (error) {
        signal?.throwIfAborted();
        const status = statusOf(error);
        if (status === 404) return 'absent';
        if (status === 403 || status === 301) return 'foreign';
        throw storeError(`look at bucket ${name}`, endpoint, error);
      }
    },
    createBucket: (name) =>
      told(`create bucket ${name}`, async () => {
        const { s3, send } = await connect();
        try {
          await send(new s3.CreateBucketCommand({ Bucket: name }), at);
        } catch (error) {
          if (nameOf(error) !== 'BucketAlreadyOwnedByYou') throw error;
        }
      }),
    deleteBucket: (name) =>
      told(`delete bucket ${name}`, async () => {
        const { s3, send } = await connect();
        await send(new s3.DeleteBucketCommand({ Bucket: name }), at);
      }),
    setVersioning: (name, on) =>
      told(`set versioning of bucket ${name}`, async () => {
        const { s3, send } = await connect();
        const VersioningConfiguration = { Status: on ? ('Enabled' as const) : ('Suspended' as const) };
        await send(new s3.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }), at);
      }),
    // Strings and buffers only: a stream would be sent as aws-chunked, which Hetzner's gateway answers with a hash mismatch.
    put: (bucket, key, body, contentType) =>
      told(`write ${bucket}/${key}`, async () => {
        const { s3, send } = await connect();
        await send(new s3.PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }), at);
      }),
    get: (bucket, key) =>
      told(`read ${bucket}/${key}`, async () => {
        const { s3, send } = await connect();
        try {
          const answer = await send(new s3.GetObjectCommand({ Bucket: bucket, Key: key }), at);
          return (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
        } catch (error) {
          if (nameOf(error) === 'NoSuchKey') return undefined;
          throw error;
        }
      }),
    // One by one: DeleteObjects insists on a checksum that the gateway does not know.
    delete: (bucket, key) =>
      told(`delete ${bucket}/${key}`, async () => {
        const { s3, send } = await connect();
        await send(new s3.DeleteObjectCommand({ Bucket: bucket, Key: key }), at);
      }),
    list: (bucket, prefix) =>
      told(`list ${bucket}`, async () => {
        const { s3, send } = await connect();
        const found: { key: string; size: number; modified: string }[] = [];
        for (let token: string | undefined; ; ) {
          const page = await send(
            new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            at,
          );
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
            found.push({ key: Key, size: Size, modified: LastModified?.toISOString() ?? '' });
          }
          if (!page.IsTruncated || !page.NextContinuationToken) return found;
          token = page.NextContinuationToken;
        }
      }),
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function nameOf(error: unknown): string {
  const { name, Code } = error as { name?: string; Code?: string };
  return Code ?? name ?? '';
}

const refusedKeys = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'AccessDenied', 'Forbidden']);

function storeError(what: string, endpoint: string, error: unknown): CatalystError {
  const name = nameOf(error);
  const status = statusOf(error);
  const data = { status, s3Code: name, ambiguous: status === undefined || status >= 500 };
  const text = `Object Storage at ${endpoint} refused to ${what}: ${name || 'error'}: ${messageOf(error)}.`;
  if (name === 'RequestTimeTooSkewed') {
    const actions = ['Set the clock of this machine (timedatectl set-ntp true)'];
    return fail('E2301', `${text} The clock of this machine is wrong.`, { actions, cause: error, data });
  }
  if (name === 'BucketAlreadyExists') {
    const actions = ['Choose another spec.objectStorage.bucketPrefix'];
    return fail('E2301', `${text} Somebody else has a bucket of this name.`, { actions, cause: error, data });
  }
  if (refusedKeys.has(name) || status === 403) {
    const actions = ['catalyst credentials set s3-access-key', 'catalyst credentials set s3-secret-key'];
    return fail('E2302', text, { actions, cause: error, data });
  }
  return fail('E2301', text, { actions: ['catalyst resume'], cause: error, data });
}

/** S3 as we use it: path-style, SigV4, no optional checksums (Hetzner's gateway refuses some). */
import type { S3Client } from '@aws-sdk/client-s3';
import { createDialer, type Dialer } from './dialer.js';
import { boundedClient, pageTurner } from './s3-bounds.js';
import { errorName, statusOf, storeError } from './s3-errors.js';
import { type VersionReader, type VersionWriter, versionCalls } from './s3-versions.js';

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

export interface ObjectStoreOptions {
  endpoint: string;
  region: string;
  accessKey: string;
  secretKey: string;
  signal?: AbortSignal;
  /** Opens the connections; default: direct ones. */
  dialer?: Dialer;
  /** Per attempt, until the last byte of its answer. */
  timeoutMs?: number;
}

export type S3Send = S3Client['send'];

/** All that the SDK would look for in the shell and in ~/.aws: a profile or AWS_USE_… of the person changes nothing here. */
const ownSettings = {
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
  responseChecksumValidation: 'WHEN_REQUIRED',
  maxAttempts: 4,
  retryMode: 'standard',
  defaultsMode: 'standard',
  useFipsEndpoint: false,
  useDualstackEndpoint: false,
  useArnRegion: false,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  userAgentAppId: 'catalyst',
} as const;

/** Throws E2302 when the keys are refused and E2301 for everything else that S3 answers. */
export function createObjectStore(options: ObjectStoreOptions): ObjectStore & ObjectStoreWriter {
  const { endpoint, region, signal } = options;
  const sdk = import('@aws-sdk/client-s3');
  sdk.catch(() => undefined);
  let made: S3Client | undefined;
  const { dialer = createDialer({ connectTo: [] }), timeoutMs = 30_000 } = options;
  const agents = dialer.agents();
  const connect = async () => {
    const s3 = await sdk;
    const agent = await agents(new URL(endpoint));
    made ??= boundedClient(
      new s3.S3Client({
        endpoint,
        region,
        credentials: { accessKeyId: options.accessKey, secretAccessKey: options.secretKey },
        ...ownSettings,
        requestHandler: { requestTimeout: timeoutMs, connectionTimeout: 10_000, httpAgent: agent, httpsAgent: agent },
      }),
      timeoutMs,
    );
    return { s3, send: made.send.bind(made) as S3Send };
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

  const buckets = () =>
    told('list buckets', async () => {
      const { s3, send } = await connect();
      const found: { name: string; created: string }[] = [];
      const next = pageTurner('the buckets');
      for (let token: string | undefined; ; ) {
        const answer = await send(new s3.ListBucketsCommand({ ContinuationToken: token }), at);
        for (const { Name = '', CreationDate } of answer.Buckets ?? [])
          found.push({ name: Name, created: CreationDate?.toISOString() ?? '' });
        token = next(answer.ContinuationToken);
        if (!token) return found;
      }
    });

  return {
    endpoint,
    region,
    ...versionCalls({ connect, told, signal }),
    listBuckets: async () => (await buckets()).map(({ name }) => name),
    buckets,
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
          if (errorName(error) !== 'BucketAlreadyOwnedByYou') throw error;
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
          if (errorName(error) === 'NoSuchKey') return undefined;
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
        const next = pageTurner(bucket);
        for (let token: string | undefined; ; ) {
          const page = await send(
            new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
            at,
          );
          for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
            found.push({ key: Key, size: Size, modified: LastModified?.toISOString() ?? '' });
          }
          token = page.IsTruncated ? next(page.NextContinuationToken) : undefined;
          if (!token) return found;
        }
      }),
  };
}

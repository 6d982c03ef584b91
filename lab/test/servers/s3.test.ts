import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type S3Server, startS3 } from '../../src/servers/s3/server.js';

const mine = { accessKey: 'AKMINE', secretKey: 'secret-mine', name: 'mine' };
const stranger = { accessKey: 'AKSTRANGER', secretKey: 'secret-stranger', name: 'stranger' };
let server: S3Server;
let now = () => new Date();

const client = (accessKeyId = mine.accessKey, secretAccessKey = mine.secretKey, extra = {}) =>
  new S3Client({
    endpoint: server.endpoint,
    region: 'fsn1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
    ...extra,
  });

beforeEach(async () => {
  now = () => new Date();
  server = await startS3({
    log: createRequestLog(),
    faults: createFaults(),
    clock: { now: () => now(), sleep: async () => {} },
    region: 'fsn1',
    accounts: [mine, stranger],
  });
});
afterEach(() => server.close());

test('buckets: made once, listed to their owner, foreign and absent told apart, not deleted while full', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'omantel-velero' }));
  await expect(s3.send(new CreateBucketCommand({ Bucket: 'omantel-velero' }))).rejects.toMatchObject({
    name: 'BucketAlreadyOwnedByYou',
  });
  const other = client(stranger.accessKey, stranger.secretKey);
  await expect(other.send(new CreateBucketCommand({ Bucket: 'omantel-velero' }))).rejects.toMatchObject({
    name: 'BucketAlreadyExists',
  });
  await expect(other.send(new HeadBucketCommand({ Bucket: 'omantel-velero' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 403 },
  });
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  });
  expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map((bucket) => bucket.Name)).toEqual(['omantel-velero']);
  expect((await other.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
  server.putObject('omantel-velero', 'k', 'v');
  await expect(s3.send(new DeleteBucketCommand({ Bucket: 'omantel-velero' }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
});

test('objects: put, get, list with folders, delete; keys that need escaping', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'b-1' }));
  const key = "a dir/ü+&'(x)*.json";
  // with the SDK's default checksums, as others send them
  await s3.send(new PutObjectCommand({ Bucket: 'b-1', Key: key, Body: '{"a":1}', ContentType: 'application/json' }));
  const got = await s3.send(new GetObjectCommand({ Bucket: 'b-1', Key: key }));
  expect([await got.Body?.transformToString(), got.ContentType]).toEqual(['{"a":1}', 'application/json']);
  server.putObject('b-1', 'z', 'last');
  const flat = await s3.send(new ListObjectsV2Command({ Bucket: 'b-1', MaxKeys: 1 }));
  expect(flat).toMatchObject({ IsTruncated: true, Contents: [{ Key: key, Size: 7 }] });
  const rest = await s3.send(
    new ListObjectsV2Command({ Bucket: 'b-1', ContinuationToken: flat.NextContinuationToken }),
  );
  expect(rest.Contents?.map((object) => object.Key)).toEqual(['z']);
  const folders = await s3.send(new ListObjectsV2Command({ Bucket: 'b-1', Delimiter: '/' }));
  expect(folders.CommonPrefixes).toEqual([{ Prefix: 'a dir/' }]);
  await s3.send(new DeleteObjectCommand({ Bucket: 'b-1', Key: key }));
  await expect(s3.send(new GetObjectCommand({ Bucket: 'b-1', Key: key }))).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('versioning keeps what a delete hides', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'versions' }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: 'versions', VersioningConfiguration: { Status: 'Enabled' } }));
  expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'versions' }))).Status).toBe('Enabled');
  const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: 'versions', Key: 'k', Body: 'one' }));
  await s3.send(new DeleteObjectCommand({ Bucket: 'versions', Key: 'k' }));
  await expect(s3.send(new GetObjectCommand({ Bucket: 'versions', Key: 'k' }))).rejects.toThrow();
  const old = await s3.send(new GetObjectCommand({ Bucket: 'versions', Key: 'k', VersionId }));
  expect(await old.Body?.transformToString()).toBe('one');
  await expect(s3.send(new DeleteBucketCommand({ Bucket: 'versions' }))).rejects.toMatchObject({
    name: 'BucketNotEmpty',
  });
});

test('refuses a wrong key, a wrong secret, a wrong region and a skewed clock, each by its name', async () => {
  const code = (s3: S3Client) =>
    s3.send(new ListBucketsCommand({})).then(
      () => 'ok',
      (error: { name: string }) => error.name,
    );
  expect(await code(client())).toBe('ok');
  expect(await code(client('AKNOBODY'))).toBe('InvalidAccessKeyId');
  expect(await code(client(mine.accessKey, 'secret-wrong'))).toBe('SignatureDoesNotMatch');
  expect(await code(client(mine.accessKey, mine.secretKey, { region: 'nbg1' }))).toBe('AuthorizationHeaderMalformed');
  now = () => new Date(Date.now() + 3_600_000);
  expect(await code(client())).toBe('RequestTimeTooSkewed');
  expect((await fetch(server.endpoint)).status).toBe(403);
});

test('a body that was changed on the way is refused', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'tamper' }));
  s3.middlewareStack.add(
    (next) => (args) => {
      (args.request as { body: unknown }).body = 'changed';
      (args.request as { headers: Record<string, string> }).headers['content-length'] = '7';
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await expect(s3.send(new PutObjectCommand({ Bucket: 'tamper', Key: 'k', Body: 'honest!' }))).rejects.toMatchObject({
    name: 'XAmzContentSHA256Mismatch',
  });
});

test('conditions: written only over what was expected, read only when it is news', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'b-if' }));
  const put = (Body: string, more: object) =>
    s3.send(new PutObjectCommand({ Bucket: 'b-if', Key: 'lock', Body, ...more }));
  const first = await put('one', { IfNoneMatch: '*' });
  await expect(put('two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await put('two', { IfMatch: first.ETag });
  await expect(put('three', { IfMatch: first.ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await s3.send(new DeleteObjectCommand({ Bucket: 'b-if', Key: 'lock' }));
  await expect(put('three', { IfMatch: first.ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  await put('four', { IfNoneMatch: '*' });
  const get = (IfMatch: string) => s3.send(new GetObjectCommand({ Bucket: 'b-if', Key: 'lock', IfMatch }));
  await expect(get('"else"')).rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('checksums: a body that is not what its sum says is refused', async () => {
  const s3 = client();
  await s3.send(new CreateBucketCommand({ Bucket: 'b-sum' }));
  const put = (more: object) => s3.send(new PutObjectCommand({ Bucket: 'b-sum', Key: 'k', Body: 'body', ...more }));
  await expect(put({ ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' })).rejects.toMatchObject({ name: 'BadDigest' });
  await expect(put({ ContentMD5: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidDigest' });
  await expect(put({ ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
  expect((await put({ ChecksumCRC32: '26gLsg==' })).ChecksumCRC32).toBe('26gLsg==');
});

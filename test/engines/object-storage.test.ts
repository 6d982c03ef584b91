/** The real S3 server as the lab runs it: its accounts, its versions, its log lines, through the product's own client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEngines } from '../../lab/src/engines/build/cache.js';
import { startRealObjectStorage } from '../../lab/src/engines/programs/real-object-storage.js';
import { createFaults } from '../../lab/src/requests/faults.js';
import type { LabServer } from '../../lab/src/requests/http-server.js';
import { createRequestLog, type LoggedLine } from '../../lab/src/requests/request-log.js';
import type { Account } from '../../lab/src/servers/s3/signature.js';
import { systemClock } from '../../src/support/clock.js';
import { createObjectStore, type ObjectStore, type ObjectStoreWriter } from '../../src/tools/s3/s3.js';

const pair = (name: string, at = ''): Account => ({
  name,
  accessKey: `AK${name}${at}`,
  secretKey: `secret-of-${name}${at}`,
});
const accounts = [pair('ours'), pair('stranger')];
const directory = mkdtempSync(join(tmpdir(), 'catalyst-s3-'));
const lines: LoggedLine[] = [];
const faults = createFaults();
let server: LabServer;
let ours: ObjectStore & ObjectStoreWriter;
let stranger: ObjectStore & ObjectStoreWriter;

const storeOf = ({ accessKey, secretKey }: { accessKey: string; secretKey: string }) =>
  createObjectStore({ endpoint: server.endpoint, region: 'fsn1', accessKey, secretKey });

beforeAll(async () => {
  const log = createRequestLog();
  log.listen((line) => lines.push(line));
  const engines = findEngines(process.env);
  server = await startRealObjectStorage({
    ...{ directory, engines, region: 'fsn1', accounts, log, faults, clock: systemClock },
    say: () => undefined,
  });
  [ours, stranger] = accounts.map(storeOf) as [ObjectStore & ObjectStoreWriter, ObjectStore & ObjectStoreWriter];
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

test('a bucket of one account is foreign to the other', async () => {
  await stranger.createBucket('omantel-harbor');
  expect(await ours.bucket('omantel-harbor')).toBe('foreign');
  expect(await ours.bucket('nowhere')).toBe('absent');
  expect(await ours.listBuckets()).toEqual([]);
  await expect(ours.createBucket('omantel-harbor')).rejects.toMatchObject({ code: 'E2303' });
});

test('objects come back as they went in, and versions are kept until they are removed', async () => {
  await ours.createBucket('omantel-velero');
  await ours.setVersioning('omantel-velero', true);
  await ours.put('omantel-velero', 'backups/a', 'older');
  await ours.put('omantel-velero', 'backups/a', 'newer');
  expect(String(Buffer.from((await ours.get('omantel-velero', 'backups/a'))!))).toBe('newer');
  await ours.delete('omantel-velero', 'backups/a');
  expect(await ours.get('omantel-velero', 'backups/a')).toBeUndefined();
  expect(await ours.list('omantel-velero')).toEqual([]);
  await ours.put('omantel-velero', 'backups/a', 'anew');
  expect(String(Buffer.from((await ours.get('omantel-velero', 'backups/a'))!))).toBe('anew');
  await expect(ours.deleteBucket('omantel-velero')).rejects.toMatchObject({ data: { s3Code: 'BucketNotEmpty' } });
});

test('a bucket keeps its lifecycle, for its owner alone and as long as it is there', async () => {
  const wanted = { noncurrentDays: 30, abortUploadDays: 7 };
  await ours.createBucket('omantel-expires');
  expect(await ours.hasLifecycle('omantel-expires', wanted)).toBe(false);
  await ours.setLifecycle('omantel-expires', wanted);
  expect(await ours.hasLifecycle('omantel-expires', wanted)).toBe(true);
  await expect(stranger.setLifecycle('omantel-expires', wanted)).rejects.toMatchObject({ code: 'E2302' });
  await ours.deleteBucket('omantel-expires');
  await expect(ours.hasLifecycle('omantel-expires', wanted)).rejects.toMatchObject({
    data: { s3Code: 'NoSuchBucket' },
  });
  await ours.createBucket('omantel-expires');
  expect(await ours.hasLifecycle('omantel-expires', wanted)).toBe(false);
  await ours.deleteBucket('omantel-expires');
});

test('wrong keys are refused as such', async () => {
  const [known] = accounts;
  for (const keys of [
    { ...known!, secretKey: 'wrong' },
    { accessKey: 'AKNOBODY', secretKey: 'x' },
  ])
    await expect(storeOf(keys).listBuckets()).rejects.toMatchObject({ code: 'E2302' });
});

test('a second pair of the same owner, one that may only read, and one that was revoked', async () => {
  const [second, reader] = [pair('ours', '2'), { ...pair('ours', '3'), readOnly: true }];
  accounts.push(second, reader);
  await storeOf(second).put('omantel-velero', 'second', 'by the second pair');
  expect(String(Buffer.from((await storeOf(reader).get('omantel-velero', 'second'))!))).toBe('by the second pair');
  expect(await storeOf(second).bucket('omantel-harbor')).toBe('foreign');
  await expect(storeOf(reader).put('omantel-velero', 'x', 'x')).rejects.toMatchObject({ code: 'E2302' });
  await expect(storeOf({ ...second, secretKey: 'wrong' }).listBuckets()).rejects.toMatchObject({ code: 'E2302' });
  const [revoked] = accounts.splice(0, 1);
  await expect(ours.listBuckets()).rejects.toMatchObject({ data: { s3Code: 'InvalidAccessKeyId' } });
  accounts.unshift(revoked!);
  expect(await ours.listBuckets()).toEqual(['omantel-velero']);
});

test('calls are logged with what they are about, and faults come before the server', async () => {
  expect(lines).toContainEqual(
    expect.objectContaining({ server: 's3', method: 'PUT', object: 'object omantel-velero/backups/a', mutating: true }),
  );
  const before = lines.length;
  faults.add({ fault: { kind: 'status', status: 503 }, server: 's3', count: 1 });
  expect(await ours.bucket('omantel-velero')).toBe('ours');
  expect(lines.slice(before).map(({ status }) => status)).toEqual([503, 200]);
});

/** Object Storage of the lab: S3 with checked signatures, path-style, in memory. Owners are told apart by their keys. */
import { isIP } from 'node:net';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import type { Faults } from '../../requests/faults.js';
import { type LabRequest, type LabResponse, type LabServer, serve } from '../../requests/http-server.js';
import type { RequestLog } from '../../requests/request-log.js';
import { bucketCall } from './bucket-calls.js';
import { objectCall } from './object-calls.js';
import { bucketOrObject, split } from './object-of.js';
import { type Bucket, createObjectStorage, type ObjectStorage } from './objects.js';
import { type Account, authenticate, payloadOf } from './signature.js';
import { accessDenied, errorResponse, noSuchBucket, S3Error, xml } from './xml.js';

export type { Account } from './signature.js';

export interface S3Server extends LabServer {
  region: string;
  /** The stored buckets, for tests and for the lab's own parts. */
  storage: ObjectStorage;
  /** Writes past the protocol, into a bucket that must be there. */
  putObject(bucket: string, key: string, body: string | Buffer): void;
  /** Keys with their sizes; empty when the bucket is not there. */
  listObjects(bucket: string, prefix?: string): { key: string; size: number }[];
}

export interface S3Options {
  log: RequestLog;
  faults: Faults;
  clock?: Clock;
  region: string;
  accounts: readonly Account[];
}

/** Starts it. Calls are refused as a real one refuses them: wrong key, wrong signature, skewed clock, foreign bucket. */
export async function startS3({ log, faults, clock = systemClock, region, accounts }: S3Options): Promise<S3Server> {
  const storage = createObjectStorage(() => clock.now());
  const server = await serve({
    name: 's3',
    log,
    faults,
    clock,
    async handler(request) {
      try {
        const account = await authenticate(request, accounts, region, clock.now());
        return withObject(request, answer(request, account, storage, region, faults));
      } catch (error) {
        if (!(error instanceof S3Error)) throw error;
        return withObject(request, errorResponse(error, request.path));
      }
    },
  });
  return {
    ...server,
    region,
    storage,
    putObject(name, key, body) {
      const bucket = storage.buckets.get(name);
      if (!bucket) throw new Error(`there is no bucket ${name}`);
      storage.put(bucket, key, Buffer.from(body));
    },
    listObjects(name, prefix) {
      const bucket = storage.buckets.get(name);
      return bucket ? storage.list(bucket, prefix).map(({ key, body }) => ({ key, size: body.length })) : [];
    },
  };
}

function withObject(request: LabRequest, response: LabResponse): LabResponse {
  return { ...response, log: { object: bucketOrObject(request) } };
}

function answer(
  request: LabRequest,
  account: Account,
  storage: ObjectStorage,
  region: string,
  faults: Faults,
): LabResponse {
  const { name, key } = split(request);
  const payload = () => payloadOf(request, { takesTrailers: !faults.holds('refused-trailers') });
  if (account.readOnly && request.method !== 'GET' && request.method !== 'HEAD') throw accessDenied();
  if (name === '') {
    const mine = [...storage.buckets.values()].filter((bucket) => bucket.owner === account.name);
    return xml('ListAllMyBucketsResult', {
      Owner: { ID: account.name, DisplayName: account.name },
      Buckets: { Bucket: mine.map((bucket) => ({ Name: bucket.name, CreationDate: bucket.created.toISOString() })) },
    });
  }
  const there = storage.buckets.get(name);
  if (key === '' && request.method === 'PUT' && [...request.query.keys()].length === 0)
    return create(name, there, account, storage, payload(), region);
  if (!there) throw noSuchBucket();
  if (there.owner !== account.name) throw accessDenied();
  if (key === '') return bucketCall(request, payload, storage, there, region);
  return objectCall({ request, payload, storage, bucket: there, key });
}

function create(
  name: string,
  there: Bucket | undefined,
  account: Account,
  storage: ObjectStorage,
  payload: Buffer,
  region: string,
): LabResponse {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) || isIP(name))
    throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  const location = /<LocationConstraint>([^<]*)</.exec(String(payload))?.[1];
  if (location && location !== region)
    throw new S3Error(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid.');
  if (there && there.owner !== account.name)
    throw new S3Error(409, 'BucketAlreadyExists', 'The requested bucket name is not available.');
  if (there) throw new S3Error(409, 'BucketAlreadyOwnedByYou', 'Your previous request to create the bucket succeeded.');
  storage.createBucket(name, account.name);
  return { status: 200, headers: { location: `/${name}` } };
}

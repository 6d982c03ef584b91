/** S3 as we use it: path-style, SigV4, no optional checksums (Hetzner's gateway refuses some). */
import { connectS3, type S3Access } from '../s3-connection.js';
import { type BucketReader, type BucketWriter, bucketCalls } from './bucket-calls.js';
import { type ObjectReader, type ObjectWriter, objectCalls } from './object-calls.js';
import { type FormWriter, formCalls } from './request-forms.js';
import { type VersionReader, type VersionWriter, versionCalls } from './versions.js';

export interface ObjectStore extends BucketReader, ObjectReader, VersionReader {
  readonly endpoint: string;
  readonly region: string;
}

export interface ObjectStoreWriter extends BucketWriter, ObjectWriter, FormWriter, VersionWriter {}

/** Throws E2302 when the keys are refused and E2301 for everything else that S3 answers. */
export function createObjectStore(access: S3Access): ObjectStore & ObjectStoreWriter {
  const { endpoint, region } = access;
  const run = connectS3(access);
  return { endpoint, region, ...bucketCalls(run), ...objectCalls(run), ...formCalls(run), ...versionCalls(run) };
}

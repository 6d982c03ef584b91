/** The buckets of an account. */
import type { RunS3 } from '../s3-connection.js';
import { momentIn, nameIn } from '../s3-entries.js';
import { pageTurner } from './bounds.js';
import { errorName, statusOf } from './errors.js';

export interface BucketReader {
  listBuckets(): Promise<string[]>;
  /** Of this account, with the moment they were created (ISO 8601). */
  buckets(): Promise<{ name: string; created: string }[]>;
  /** `ours` when it exists and this account owns it, `foreign` on 403, `absent` on 404. */
  bucket(name: string): Promise<'ours' | 'foreign' | 'absent'>;
}

export interface BucketWriter {
  createBucket(name: string): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  setVersioning(name: string, on: boolean): Promise<void>;
}

export function bucketCalls(run: RunS3): BucketReader & BucketWriter {
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
  };
}

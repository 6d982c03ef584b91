/** The buckets of an account. */
import { isDeepStrictEqual } from 'node:util';
import type { BucketLifecycleConfiguration } from '@aws-sdk/client-s3';
import type { RunS3 } from '../s3-connection.js';
import { momentIn, nameIn } from '../s3-entries.js';
import { pageTurner } from './bounds.js';
import { withContentMd5 } from './content-md5.js';
import { errorName, statusOf } from './errors.js';

export interface BucketReader {
  listBuckets(): Promise<string[]>;
  /** Of this account, with the moment they were created (ISO 8601). */
  buckets(): Promise<{ name: string; created: string }[]>;
  /** `ours` when it exists and this account owns it, `foreign` on 403, `absent` on 404. */
  bucket(name: string): Promise<'ours' | 'foreign' | 'absent'>;
  /** Whether it removes just this by itself. */
  hasLifecycle(name: string, wanted: Lifecycle): Promise<boolean>;
}

export interface Lifecycle {
  /** Days until a version that is not the current one goes. */
  noncurrentDays?: number;
  /** Days until an upload that was never finished goes. */
  abortUploadDays: number;
}

export interface BucketWriter {
  createBucket(name: string): Promise<void>;
  deleteBucket(name: string): Promise<void>;
  setVersioning(name: string, on: boolean): Promise<void>;
  /** In place of all rules that it has. */
  setLifecycle(name: string, lifecycle: Lifecycle): Promise<void>;
}

function rulesOf({ noncurrentDays, abortUploadDays }: Lifecycle): BucketLifecycleConfiguration {
  const rule = { Status: 'Enabled' as const, Filter: { Prefix: '' } };
  return {
    Rules: [
      { ...rule, ID: 'catalyst-uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortUploadDays } },
      ...(noncurrentDays === undefined
        ? []
        : [
            {
              ...rule,
              ID: 'catalyst-versions',
              NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays },
              // what is left of an object when all its versions are gone
              Expiration: { ExpiredObjectDeleteMarker: true },
            },
          ]),
    ],
  };
}

type Rule = NonNullable<BucketLifecycleConfiguration['Rules']>[number];

/** A rule without what gateways add to it. */
const factsOf = (rule: Rule) => ({
  id: rule.ID ?? '',
  isOn: rule.Status === 'Enabled',
  prefix: rule.Filter?.Prefix ?? rule.Prefix ?? '',
  uploads: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  versions: rule.NoncurrentVersionExpiration?.NoncurrentDays,
  markers: rule.Expiration?.ExpiredObjectDeleteMarker,
  days: rule.Expiration?.Days,
});

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
    hasLifecycle: (name, wanted) =>
      run(`read the lifecycle of bucket ${name}`, async ({ s3, send }) => {
        try {
          const { Rules = [] } = await send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket: name }));
          const facts = Rules.map(factsOf).sort((a, b) => (a.id < b.id ? -1 : 1));
          return isDeepStrictEqual(facts, rulesOf(wanted).Rules?.map(factsOf));
        } catch (error) {
          if (errorName(error) === 'NoSuchLifecycleConfiguration') return false;
          throw error;
        }
      }),
    setLifecycle: (name, lifecycle) =>
      run(`set the lifecycle of bucket ${name}`, async ({ s3, send }) => {
        const LifecycleConfiguration = rulesOf(lifecycle);
        const command = new s3.PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration });
        command.middlewareStack.add(withContentMd5, { step: 'build', priority: 'low', name: 'contentMd5' });
        await send(command);
      }),
    setVersioning: (name, on) =>
      run(`set versioning of bucket ${name}`, async ({ s3, send }) => {
        const VersioningConfiguration = { Status: on ? ('Enabled' as const) : ('Suspended' as const) };
        await send(new s3.PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      }),
  };
}

/**
 * Ticket #371: the Object Storage keys work, every consumer has its bucket, and each bucket is marked as this Sovereign's.
 * Hetzner mints S3 keys in its Console only, so they are captured and proven, never made.
 */

import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import { bucketState } from '../../hetzner/bucket-owner.js';
import {
  type BucketConsumer,
  bucketConsumers,
  bucketMarker,
  bucketName,
  versionedConsumers,
} from '../../sovereign/object-storage.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import { settleAll } from '../../support/settle-all.js';
import { waitUntil } from '../../support/wait.js';
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { Writers } from '../../world/writers.js';

const settleMs = 120_000;

export function createProveObjectStorageStep(world: World): Step {
  const { sovereign, clock, runId } = world;
  const { spec } = sovereign;
  const buckets = bucketConsumers.map((consumer) => ({ consumer, name: bucketName(spec, consumer) }));

  const mutation = (name: string, sentence: string): Mutation => ({
    target: { system: 's3', kind: 'Bucket', name },
    sentence,
  });
  const makeBucket = (name: string) => mutation(name, `create bucket ${name} in ${spec.objectStorage.location}`);
  const version = (name: string) => mutation(name, `turn versioning on in bucket ${name}`);
  const mark = (name: string) => mutation(name, `mark bucket ${name} as the Sovereign's by object ${bucketMarker}`);

  const survey = async () => {
    const store = await world.objectStore();
    // A listing says why it is refused: keys, clock, region. The looks at single buckets have no body to say it in.
    await store.listBuckets();
    return Promise.all(
      buckets.map(async (bucket) => ({ ...bucket, state: await bucketState(store, spec.fqdn, bucket.name) })),
    );
  };

  return {
    id: '#371',
    title: 'Object Storage: keys proven, a bucket per consumer',
    phase: 0,
    needs: [],
    ticket: '#371',
    limits: ['upload'],
    estimateMinutes: 2,

    async plan() {
      const seen = await survey();
      return seen.flatMap(({ name, consumer, state }) => [
        ...(state === 'absent' ? [makeBucket(name)] : []),
        ...(state !== 'marked' && isVersioned(consumer) ? [version(name)] : []),
        ...(state !== 'marked' ? [mark(name)] : []),
        probeObject(name),
      ]);
    },

    async isDone(): Promise<Done> {
      const seen = await survey();
      const marked = seen.every(({ state }) => state === 'marked');
      return marked ? { done: true, reason: `${seen.length} buckets are there and marked` } : { done: false };
    },

    async run({ act, progress, signal }: StepContext) {
      const store = await world.objectStore();
      await settleAll(
        (await survey()).map(async ({ name, consumer, state }) => {
          if (state === 'marked') return;
          if (state === 'absent') {
            const there = async () => ((await store.bucket(name)) === 'ours' ? true : undefined);
            const make = async ({ objectStore }: Writers) => {
              await (await objectStore()).createBucket(name);
              return true;
            };
            await act(makeBucket(name), make, { recover: there });
          }
          // A new bucket answers 404 for a while, on every call that names it.
          const once = (change: Mutation, call: (writer: ObjectStoreWriter) => Promise<void>) =>
            waitUntil({
              reason: `bucket ${name}`,
              timeoutMs: settleMs,
              clock,
              signal,
              onPending: progress.waiting,
              pauseMs: 250,
              look: async () => {
                if ((await store.bucket(name)) !== 'ours') return { pending: `bucket ${name} is not visible yet` };
                return act(change, async ({ objectStore }) => call(await objectStore())).then(
                  () => ({ done: true }),
                  (error: unknown) => {
                    if (!isMissing(error)) throw error;
                    return { pending: `bucket ${name} is not usable yet` };
                  },
                );
              },
            });
          if (isVersioned(consumer)) await once(version(name), (writer) => writer.setVersioning(name, true));
          // Last, so that a marked bucket is a finished one.
          const marker = JSON.stringify({ sovereign: spec.fqdn, consumer, madeBy: 'catalyst' });
          await once(mark(name), (writer) => writer.put(name, bucketMarker, marker, 'application/json'));
        }),
      );
    },

    async proof({ act }): Promise<Evidence> {
      const store = await world.objectStore();
      const listed = await store.listBuckets();
      const missing = buckets.filter(({ name }) => !listed.includes(name)).map(({ name }) => name);
      if (missing.length > 0) {
        throw fail('E4009', `ListBuckets does not show ${missing.join(', ')}.`, {
          actions: ['catalyst ticket run 371'],
        });
      }
      await settleAll(
        buckets.map(({ name }) =>
          act(probeObject(name), async ({ objectStore }) => roundTrip(store, await objectStore(), name, runId)),
        ),
      );
      const names = buckets.map(({ name }) => name);
      return {
        summary: `${names.length} buckets at ${store.endpoint}: listed, and a probe object written, read and deleted in each`,
        facts: { endpoint: store.endpoint, region: store.region, buckets: names },
      };
    },
  };
}

export function probeObject(bucket: string): Mutation {
  return {
    target: { system: 's3', kind: 'Bucket', name: bucket },
    sentence: `write, read and delete a probe object in bucket ${bucket}`,
  };
}

function isVersioned(consumer: BucketConsumer): boolean {
  return versionedConsumers.includes(consumer);
}

function isMissing(error: unknown): boolean {
  return isCatalystError(error) && (error.data['s3Code'] === 'NoSuchBucket' || error.data['status'] === 404);
}

/** Throws E4009 when the probe object does not come back, E2302 when the keys may not. */
export async function roundTrip(
  store: ObjectStore,
  writer: ObjectStoreWriter,
  bucket: string,
  runId: string,
): Promise<void> {
  const key = `.catalyst-probe/${runId}`;
  await writer.put(bucket, key, runId, 'text/plain');
  const read = await store.get(bucket, key);
  await writer.delete(bucket, key);
  if (!read || Buffer.from(read).toString('utf8') !== runId) {
    throw fail('E4009', `The probe object in bucket ${bucket} did not come back as it was written.`, {
      actions: ['catalyst credentials verify s3-access-key'],
    });
  }
}

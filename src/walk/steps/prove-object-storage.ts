/**
 * Ticket #371: the Object Storage keys work, every consumer has its bucket, and each bucket is marked as this Sovereign's.
 * Hetzner mints S3 keys in its Console only, so they are captured and proven, never made.
 */

import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import { bucketState } from '../../hetzner/bucket-owner.js';
import { bucketConsumers, bucketName, lifecycleOf } from '../../sovereign/object-storage.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { settleAll } from '../../support/settle-all.js';
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';
import type { Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { consumerForms } from '../credentials/consumer-forms.js';
import { tryForms } from '../credentials/try-forms.js';
import { removeLeftKeys } from '../probes/probe-keys.js';
import { preparations, prepareBucket, type SeenBucket } from './prepare-bucket.js';

export function createProveObjectStorageStep(world: World): Step {
  const { sovereign, clock, runId } = world;
  const { spec } = sovereign;
  const buckets = bucketConsumers.map((consumer) => ({ consumer, name: bucketName(spec, consumer) }));

  const probes = [
    ...buckets.map(({ name }) => probeObject(name)),
    ...buckets.slice(0, 1).map(({ name }) => probeForms(name)),
  ];

  const survey = async (): Promise<SeenBucket[]> => {
    const store = await world.objectStore();
    // A listing says why it is refused: keys, clock, region. The looks at single buckets have no body to say it in.
    await store.listBuckets();
    return Promise.all(
      buckets.map(async (bucket) => {
        const state = await bucketState(store, spec.fqdn, bucket.name);
        const expires = state !== 'absent' && (await store.hasLifecycle(bucket.name, lifecycleOf(bucket.consumer)));
        return { ...bucket, state, expires };
      }),
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
      return [...seen.flatMap((bucket) => preparations(bucket, spec)), ...probes];
    },

    planProof: async () => probes,

    async isDone(): Promise<Done> {
      const seen = await survey();
      const marked = seen.every(({ state, expires }) => state === 'marked' && expires);
      return marked ? { done: true, reason: `${seen.length} buckets are there and marked` } : { done: false };
    },

    async run({ act, progress, signal }: StepContext) {
      const store = await world.objectStore();
      await settleAll(
        (await survey()).map((bucket) => prepareBucket(bucket, { spec, store, act, clock, progress, signal })),
      );
    },

    async proof({ act }): Promise<Evidence> {
      const store = await world.objectStore();
      const listed = await store.listBuckets();
      const missing = buckets.filter(({ name }) => !listed.includes(name)).map(({ name }) => name);
      if (missing.length > 0) {
        throw fail('E4009', `ListBuckets does not show ${missing.join(', ')}.`, {
          actions: [command('ticket run', '371')],
        });
      }
      await settleAll(
        buckets.map(({ name }) =>
          act(probeObject(name), async ({ objectStore }) => roundTrip(store, await objectStore(), name, runId)),
        ),
      );
      const expires = await Promise.all(
        buckets.map(({ name, consumer }) => store.hasLifecycle(name, lifecycleOf(consumer))),
      );
      const forever = buckets.filter((_, index) => !expires[index]).map(({ name }) => name);
      if (forever.length > 0) {
        throw fail('E4009', `Object Storage does not have the lifecycle that was set: ${forever.join(', ')}.`, {
          actions: [command('ticket run', '371')],
        });
      }
      const names = buckets.map(({ name }) => name);
      // One bucket is enough: what the store takes is the same for all of them.
      const [bucket = ''] = names;
      const forms = await act(probeForms(bucket), async ({ objectStore }) =>
        tryForms(store, await objectStore(), { bucket, key: probeKey(runId) }, consumerForms(world)),
      );
      return {
        summary: `${names.length} buckets at ${store.endpoint}: listed, and a probe object written, read and deleted in each, in every form that a consumer sends${forms.told}, and each removes old versions and broken uploads`,
        facts: { endpoint: store.endpoint, region: store.region, buckets: names, refusedForms: forms.refused },
      };
    },
  };
}

/** At the top of the bucket: a directory that Velero does not know makes its location unavailable. */
const probeKey = (runId: string) => `.catalyst-probe-${runId}`;

export function probeObject(bucket: string): Mutation {
  return {
    target: { system: 's3', kind: 'Bucket', name: bucket },
    sentence: `write, read and delete a probe object in bucket ${bucket}`,
  };
}

export function probeForms(bucket: string): Mutation {
  return {
    target: { system: 's3', kind: 'Bucket', name: bucket },
    sentence: `write a probe object to bucket ${bucket} in each form that a consumer may send, read it and delete it`,
  };
}

/** Leaves no probe object there, not one of a killed run either. Throws E4009 when its own does not come back, E2302 when the keys may not. */
export async function roundTrip(
  store: ObjectStore,
  writer: ObjectStoreWriter,
  bucket: string,
  runId: string,
): Promise<void> {
  const key = probeKey(runId);
  await writer.put(bucket, key, runId, 'text/plain');
  const read = await store.get(bucket, key);
  await writer.delete(bucket, key);
  await removeLeftKeys(store, writer, bucket, probeKey(''));
  if (!read || Buffer.from(read).toString('utf8') !== runId) {
    throw fail('E4009', `The probe object in bucket ${bucket} did not come back as it was written.`, {
      actions: [command('credentials verify', 's3-access-key')],
    });
  }
}

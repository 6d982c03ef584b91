/** One consumer's bucket: made, versioned, with its lifecycle, and marked as the Sovereign's; the mutations and what each does. */
import type { Mutation } from '../../engine/mutation.js';
import type { BucketState } from '../../hetzner/bucket-owner.js';
import {
  type BucketConsumer,
  type BucketLifecycle,
  bucketMarker,
  lifecycleOf,
  versionedConsumers,
} from '../../sovereign/object-storage.js';
import type { Spec } from '../../sovereign/spec/schema.js';
import { isCatalystError } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';
import type { Writers } from '../../world/gate/writers.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

const settleMs = 120_000;

export interface SeenBucket {
  name: string;
  consumer: BucketConsumer;
  state: BucketState;
  /** It has the lifecycle of its consumer. */
  expires: boolean;
}

type Preparing = Pick<StepContext, 'act' | 'progress' | 'signal'> &
  Pick<World, 'clock'> & { spec: Spec; store: ObjectStore };

const mutation = (name: string, sentence: string): Mutation => ({
  target: { system: 's3', kind: 'Bucket', name },
  sentence,
});
const make = (name: string, spec: Spec) => mutation(name, `create bucket ${name} in ${spec.objectStorage.location}`);
const version = (name: string) => mutation(name, `turn versioning on in bucket ${name}`);
const expire = (name: string, consumer: BucketConsumer) =>
  mutation(name, `let bucket ${name} remove ${lifecycleText(lifecycleOf(consumer))}`);
const mark = (name: string) => mutation(name, `mark bucket ${name} as the Sovereign's by object ${bucketMarker}`);

/** What `prepareBucket` changes, in its order. */
export function preparations({ name, consumer, state, expires }: SeenBucket, spec: Spec): Mutation[] {
  return [
    ...(state === 'absent' ? [make(name, spec)] : []),
    ...(state !== 'marked' && isVersioned(consumer) ? [version(name)] : []),
    ...(expires ? [] : [expire(name, consumer)]),
    ...(state !== 'marked' ? [mark(name)] : []),
  ];
}

export async function prepareBucket(bucket: SeenBucket, preparing: Preparing): Promise<void> {
  const { name, consumer, state, expires } = bucket;
  const { spec, store, act } = preparing;
  if (state === 'absent') {
    const there = async () => ((await store.bucket(name)) === 'ours' ? true : undefined);
    const create = async ({ objectStore }: Writers) => {
      await (await objectStore()).createBucket(name);
      return true;
    };
    await act(make(name, spec), create, { recover: there });
  }
  const once = (change: Mutation, call: (writer: ObjectStoreWriter) => Promise<void>) =>
    whenUsable(name, change, call, preparing);
  if (state !== 'marked' && isVersioned(consumer))
    await once(version(name), (writer) => writer.setVersioning(name, true));
  if (!expires) await once(expire(name, consumer), (writer) => writer.setLifecycle(name, lifecycleOf(consumer)));
  if (state === 'marked') return;
  // Last, so that a marked bucket is a finished one.
  const marker = JSON.stringify({ sovereign: spec.fqdn, consumer, createdBy: 'catalyst' });
  await once(mark(name), (writer) => writer.put(name, bucketMarker, marker, 'application/json'));
}

/** A new bucket answers 404 for a while, on every call that names it. */
function whenUsable(
  name: string,
  change: Mutation,
  call: (writer: ObjectStoreWriter) => Promise<void>,
  { store, act, clock, progress, signal }: Preparing,
): Promise<unknown> {
  return waitUntil({
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
}

function lifecycleText({ noncurrentDays, abortUploadDays }: BucketLifecycle): string {
  const uploads = `unfinished uploads after ${abortUploadDays} days`;
  return noncurrentDays === undefined ? uploads : `${uploads} and replaced versions after ${noncurrentDays}`;
}

function isVersioned(consumer: BucketConsumer): boolean {
  return versionedConsumers.includes(consumer);
}

function isMissing(error: unknown): boolean {
  return isCatalystError(error) && (error.data['s3Code'] === 'NoSuchBucket' || error.data['status'] === 404);
}

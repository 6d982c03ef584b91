/** New Object Storage keys, before they take the place of the old ones: they reach the same buckets, and may write there. */
import type { Mutation } from '../../engine/mutation.js';
import { anotherProject } from '../../hetzner/bucket-owner.js';
import { bucketConsumers, bucketName } from '../../sovereign/object-storage.js';
import { isCatalystError } from '../../support/errors/errors.js';
import type { ObjectStore } from '../../tools/s3/s3.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { probeObject, roundTrip } from '../steps/prove-object-storage.js';
import { credentialProbes } from './credential-probes.js';

/** The Sovereign's buckets that the old keys list; none when these are revoked already. */
export async function bucketsSeen(store: ObjectStore, world: World): Promise<string[]> {
  const listed = await store.listBuckets().catch((error: unknown): string[] => {
    if (isCatalystError(error, 'E2302')) return [];
    throw error;
  });
  return bucketNames(world).filter((name) => listed.includes(name));
}

/** The same by the new keys, when no old ones show any. Throws E2302 when a bucket is there and is not theirs. */
export async function bucketsSeenFirst(store: ObjectStore, world: World): Promise<string[]> {
  // Keys that are good for nothing are refused here; a bucket's 403 does not tell them from a stranger's.
  await store.listBuckets();
  const states = await Promise.all(bucketNames(world).map(async (name) => ({ name, state: await store.bucket(name) })));
  const named = (wanted: string) => states.filter(({ state }) => state === wanted).map(({ name }) => name);
  const foreign = named('foreign');
  if (foreign.length > 0) throw anotherProject(foreign);
  return named('ours');
}

/** What the proof changes: probe objects in these buckets, else in one made for it. */
export function mutationsOfProof(world: World, buckets: readonly string[]): Mutation[] {
  return buckets.length > 0 ? buckets.map(probeObject) : (accountProbe(world)?.plan() ?? []);
}

/** Listing, writing, reading and deleting, in each of these buckets. Without `act` it only lists. Throws E2302. */
export async function proveKeys(
  world: World,
  store: ObjectStore,
  buckets: readonly string[],
  act: Act | undefined,
): Promise<string> {
  const listed = await store.listBuckets();
  const unseen = buckets.filter((name) => !listed.includes(name));
  if (unseen.length > 0) throw anotherProject(unseen);
  if (!act) return `lists ${buckets.length} buckets`;
  if (buckets.length === 0) return (await accountProbe(world)?.run(act)) ?? '';
  for (const name of buckets)
    await act(probeObject(name), async ({ objectStore }) => roundTrip(store, await objectStore(), name, world.runId));
  return `${buckets.length} buckets: listed, and an object written, read and deleted in each`;
}

const accountProbe = (world: World) => credentialProbes(world).find(({ id }) => id === 'object-storage');

const bucketNames = ({ sovereign }: World) => bucketConsumers.map((consumer) => bucketName(sovereign.spec, consumer));

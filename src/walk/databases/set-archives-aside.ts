/**
 * The archives of databases whose cluster is destroyed. A new database wants an empty one, so that no history is mixed with another; the
 * bucket keeps versions, so what was in it can be brought back until its lifecycle removes it.
 */
import pLimit from 'p-limit';
import type { Mutation } from '../../engine/mutation.js';
import { ownerOf } from '../../hetzner/purge/plan/buckets.js';
import { bucketMarker, bucketName, lifecycleOf } from '../../sovereign/object-storage.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

const atOnce = 16;

interface Archives {
  bucket: string;
  keys: string[];
}

/** Undefined where there is nothing, or nothing that these keys reach, or the bucket is not this Sovereign's. */
async function archivesOf(world: World): Promise<Archives | undefined> {
  if ((await world.credentials.find('s3-access-key')) === undefined) return undefined;
  const { spec } = world.sovereign;
  const bucket = bucketName(spec, 'postgres');
  const store = await world.objectStore();
  if ((await store.bucket(bucket)) !== 'ours' || (await ownerOf(store, bucket)) !== spec.fqdn) return undefined;
  const keys = (await store.list(bucket)).map(({ key }) => key).filter((key) => key !== bucketMarker);
  return keys.length > 0 ? { bucket, keys } : undefined;
}

function mutationOf({ bucket, keys }: Archives): Mutation {
  const days = lifecycleOf('postgres').noncurrentDays;
  return {
    target: { system: 's3', kind: 'Bucket', name: bucket },
    sentence: `set the archives of the destroyed databases in bucket ${bucket} aside: ${keys.length} objects, kept as replaced versions for ${days} days`,
  };
}

/** What `setArchivesAside` would change now. */
export async function planArchivesAside(world: World): Promise<Mutation[]> {
  const archives = await archivesOf(world);
  return archives ? [mutationOf(archives)] : [];
}

/** Once the databases are gone; before, they would go on writing. */
export async function setArchivesAside(world: World, { act }: Pick<StepContext, 'act'>): Promise<void> {
  const archives = await archivesOf(world);
  if (!archives) return;
  const { bucket, keys } = archives;
  await act(mutationOf(archives), async (writers) => {
    const writer = await writers.objectStore();
    // somebody may have suspended it: without it, nothing would be kept
    await writer.setVersioning(bucket, true);
    const limit = pLimit(atOnce);
    await Promise.all(keys.map((key) => limit(() => writer.delete(bucket, key))));
  });
}

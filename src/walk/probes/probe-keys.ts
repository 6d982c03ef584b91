/** What probes put into Object Storage. Their names end in the id of a run, so what a killed run left is in nobody's way, and nobody else removes it. */
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';

/**
 * Keys in `bucket` that begin with `prefix` and the id of a run: probes alone name what they write so. A folder has the id for its whole
 * name, and an object no more behind it than the form in which it was sent: the archive of a database may be called by an id and a word.
 */
export async function probeKeys(store: ObjectStore, bucket: string, prefix: string): Promise<string[]> {
  return (await store.list(bucket, prefix)).map(({ key }) => key).filter((key) => isOfRun(key, prefix));
}

const isOfRun = (key: string, prefix: string) =>
  key.startsWith(prefix) && /^[0-9a-f]{12,}(\/|(-[a-z0-9-]+)?$)/.test(key.slice(prefix.length));

/** Whether nothing but what probes write is in `bucket`. */
export async function hasProbesOnly(store: ObjectStore, bucket: string, prefix: string): Promise<boolean> {
  return (await store.list(bucket, '')).every(({ key }) => isOfRun(key, prefix));
}

/** Buckets that a killed run made to try its keys in. No consumer's name is six hexadecimal digits. */
export const probeBuckets = (buckets: readonly string[], prefix: string): string[] =>
  buckets.filter((name) => name.startsWith(prefix) && /^[0-9a-f]{6}$/.test(name.slice(prefix.length)));

/** Deletes what killed runs left in `bucket` under `prefix`. */
export async function removeLeftKeys(
  store: ObjectStore,
  writer: ObjectStoreWriter,
  bucket: string,
  prefix: string,
): Promise<void> {
  for (const key of await probeKeys(store, bucket, prefix)) await writer.delete(bucket, key);
}

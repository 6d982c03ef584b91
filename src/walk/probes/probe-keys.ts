/** What probes put into Object Storage. Their names end in the id of a run, so what a killed run left is in nobody's way, and nobody else removes it. */
import type { ObjectStore, ObjectStoreWriter } from '../../tools/s3/s3.js';

/** Keys in `bucket` that begin with `prefix` and the id of a run: probes alone name what they write so. */
export async function probeKeys(store: ObjectStore, bucket: string, prefix: string): Promise<string[]> {
  const isOfRun = (key: string) => /^[0-9a-f]{12,}(?![0-9a-z])/.test(key.slice(prefix.length));
  return (await store.list(bucket, prefix)).map(({ key }) => key).filter(isOfRun);
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

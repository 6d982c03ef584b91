/** Empties and deletes the buckets of a plan, each looked at again just before; the mark goes last, so a killed run can go on. */
import pLimit from 'p-limit';
import type { Mutation } from '../../../engine/mutation.js';
import { bucketMarker } from '../../../sovereign/object-storage.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { isCatalystError, messageOf } from '../../../support/errors/errors.js';
import { settleAll } from '../../../support/settle-all.js';
import type { ObjectStore, ObjectStoreWriter } from '../../../tools/s3/s3.js';
import type { ObjectVersion } from '../../../tools/s3/versions.js';
import type { HetznerAct } from '../../mutation.js';
import { type BucketPlan, type BucketRow, ownerOf } from '../plan/buckets.js';

export interface BucketTools {
  store: ObjectStore;
  signal: AbortSignal;
  act: HetznerAct;
  /** Hash of the purge plan. */
  plan: string;
  fqdn: string;
  /** When the plan was made, ISO 8601. */
  plannedAt: string;
}

export interface BucketResult {
  deleted: string[];
  skipped: { name: string; reason: string }[];
  left: { name: string; reason: string }[];
}

/** Hetzner's gateway takes some hundred requests a second for a bucket. */
const atOnce = 16;
const mostTurns = 4;

export const emptySentence = (name: string) =>
  `delete every version of every object in bucket ${name}, and its unfinished uploads`;
export const removeSentence = (name: string) => `delete bucket ${name}`;

const ofBucket = (name: string, sentence: string): Mutation => ({
  target: { system: 's3', kind: 'Bucket', name },
  sentence,
});

export function bucketMutations(plan: BucketPlan | undefined): Mutation[] {
  const chosen = plan?.rows.filter(({ selected }) => selected) ?? [];
  return chosen.flatMap(({ name }) => [ofBucket(name, emptySentence(name)), ofBucket(name, removeSentence(name))]);
}

export async function applyBuckets(tools: BucketTools, plan: BucketPlan): Promise<BucketResult> {
  const { store, signal } = tools;
  const result: BucketResult = { deleted: [], skipped: [], left: [] };
  for (const row of plan.rows.filter(({ selected }) => selected)) {
    signal.throwIfAborted();
    try {
      const reason = await purgeBucket(tools, row);
      if (reason) result.skipped.push({ name: row.name, reason });
      else result.deleted.push(row.name);
    } catch (error) {
      signal.throwIfAborted();
      if (endsTheRun(error)) throw error;
      // What the gate refuses for one deletion it refuses for all; a bucket of somebody else is one row.
      if (isCatalystError(error) && error.class === 'refused' && error.code !== 'E2303') throw error;
      result.left.push({ name: row.name, reason: messageOf(error) });
    }
  }
  const there = new Set(await store.listBuckets());
  for (const name of result.deleted.filter((one) => there.has(one)))
    result.left.push({ name, reason: 'Object Storage accepted the deletion but still lists it' });
  result.deleted = result.deleted.filter((name) => !there.has(name));
  return result;
}

/** Why it was left alone, or undefined when it has gone. */
async function purgeBucket(tools: BucketTools, row: BucketRow): Promise<string | undefined> {
  const { store, act, fqdn, plannedAt, plan } = tools;
  const { name } = row;
  const present = (await store.buckets()).find((one) => one.name === name);
  if (!present) return undefined;
  if (present.created !== row.created) return 'it is another bucket under the same name';
  const owner = await ownerOf(store, name);
  if (owner === undefined) {
    // An earlier run of this plan may have died between the mark, which goes last, and the bucket.
    if (!(await isEmpty(store, name))) return 'it has lost its marker since the plan';
  } else if (owner !== fqdn) return `its marker now names ${owner || 'something unreadable'}`;
  const newer = await newestAfter(store, name, plannedAt);
  if (newer) return `${newer} was written after the plan: the bucket is in use`;
  await act(ofBucket(name, emptySentence(name)), async (writers) => empty(tools, await writers.objectStore(), name), {
    plan,
  });
  await act(ofBucket(name, removeSentence(name)), async (writers) => (await writers.objectStore()).deleteBucket(name), {
    plan,
  });
  return undefined;
}

/**
 * Versions of one key go one after the other: a gateway that finds the next one current while that is being deleted brings it back. So
 * the bucket is listed again until nothing but the mark is in it.
 */
async function empty({ store, signal }: BucketTools, writer: ObjectStoreWriter, name: string): Promise<void> {
  for (const upload of await store.uploads(name)) await writer.abortUpload(name, upload);
  for (let turn = 1; ; turn += 1) {
    const marks: ObjectVersion[] = [];
    let found = 0;
    for await (const page of store.versions(name)) {
      signal.throwIfAborted();
      marks.push(...page.filter(({ key }) => key === bucketMarker));
      const others = page.filter(({ key }) => key !== bucketMarker);
      found += others.length;
      await deleteByKey(writer, name, others);
    }
    if (found > 0 && turn < mostTurns) continue;
    for (const mark of marks) await writer.deleteVersion(name, mark);
    return;
  }
}

async function deleteByKey(writer: ObjectStoreWriter, name: string, versions: readonly ObjectVersion[]): Promise<void> {
  const lanes = pLimit(atOnce);
  const keys = [...Map.groupBy(versions, ({ key }) => key).values()];
  await settleAll(
    keys.map((all) =>
      lanes(async () => {
        for (const version of all) await writer.deleteVersion(name, version);
      }),
    ),
  );
}

async function isEmpty(store: ObjectStore, name: string): Promise<boolean> {
  for await (const page of store.versions(name)) if (page.length > 0) return false;
  return true;
}

/** A key that was written or deleted after that moment. Our own deletions name versions and so leave no markers. */
async function newestAfter(store: ObjectStore, name: string, moment: string): Promise<string | undefined> {
  for await (const page of store.versions(name)) {
    const newer = page.find(({ modified }) => Date.parse(modified) > Date.parse(moment));
    if (newer) return newer.key;
  }
  return undefined;
}

/**
 * Which buckets are a Sovereign's, by positive evidence only: the marker object that #371 put in. Neither its name nor what it
 * holds makes a bucket ours. What is newer than the plan is in use, and a bucket in use stays.
 */
import { bucketMarker } from '../../../sovereign/object-storage.js';
import { command } from '../../../support/commands/command.js';
import { fail, isCatalystError } from '../../../support/errors/errors.js';
import { sha256 } from '../../../support/hash.js';
import type { ObjectStore } from '../../../tools/s3/s3.js';

export interface BucketRow {
  name: string;
  /** ISO 8601. */
  created: string;
  selected: boolean;
  /** Why it is selected, or why not. */
  reason: string;
  /** What is lost with it. */
  implies: string[];
}

export interface BucketPlan {
  endpoint: string;
  /** Fingerprint of the access key: another one may reach another project's buckets. */
  account: string;
  rows: BucketRow[];
}

export interface BucketSelection {
  fqdn: string;
  /** Names that the spec gives to buckets of this Sovereign: these are told of even without a mark. */
  expected: readonly string[];
  /** A cluster of this Sovereign is live: then its buckets are too. */
  live: boolean;
}

/** Versions that are counted; a bucket with more is told of as "more than". */
const counted = 20_000;

/** First half of an access key's sha256. */
export function accountFingerprint(accessKey: string): string {
  return sha256(accessKey).slice(0, 32);
}

export async function planBuckets(
  store: ObjectStore,
  accessKey: string,
  selection: BucketSelection,
): Promise<BucketPlan> {
  const rows: BucketRow[] = [];
  for (const { name, created } of await store.buckets()) {
    const verdict = await judgeBucket(store, name, selection);
    rows.push({ name, created, ...verdict, implies: verdict.selected ? [await contents(store, name)] : [] });
  }
  return { endpoint: store.endpoint, account: accountFingerprint(accessKey), rows };
}

async function judgeBucket(
  store: ObjectStore,
  name: string,
  { fqdn, expected, live }: BucketSelection,
): Promise<Pick<BucketRow, 'selected' | 'reason'>> {
  const unselected = (reason: string) => ({ selected: false, reason });
  const owner = await ownerOf(store, name);
  if (owner === undefined)
    return unselected(
      expected.includes(name) ? 'its name alone proves nothing: it has no catalyst marker' : 'no catalyst marker',
    );
  if (owner !== fqdn) return unselected(`its marker names Sovereign ${owner}`);
  if (live) return unselected(`it is part of the live run of ${fqdn}; --include-live selects it`);
  return { selected: true, reason: `its marker ${bucketMarker} names ${fqdn}` };
}

/**
 * Throws E2010, before anything is deleted, when the plan selects a bucket that its mark does not make ours now. `earlier`: buckets
 * that an unfinished purge had selected: it may have died between the mark, which goes last, and the bucket.
 */
export async function assertBucketsStillSelected(
  plan: BucketPlan,
  store: ObjectStore,
  selection: BucketSelection,
  earlier: readonly BucketRow[],
): Promise<void> {
  const present = new Map((await store.buckets()).map(({ name, created }) => [name, created]));
  const known = new Set(earlier.filter(({ selected }) => selected).map(({ name, created }) => `${name} ${created}`));
  const refused: string[] = [];
  for (const { name, created, selected } of plan.rows) {
    // Another bucket under the same name is skipped later, with its reason.
    if (!selected || present.get(name) !== created) continue;
    const verdict = await judgeBucket(store, name, selection);
    const markGone = known.has(`${name} ${created}`) && (await ownerOf(store, name)) === undefined;
    if (!verdict.selected && !markGone) refused.push(`bucket ${name}: ${verdict.reason}`);
  }
  if (refused.length === 0) return;
  throw fail(
    'E2010',
    `The plan selects resources that do not belong to ${selection.fqdn} now: ${refused.join('; ')}. Nothing was deleted.`,
    {
      actions: [command('purge plan', { buckets: true })],
      data: { refused },
    },
  );
}

/** Throws E2007 when the keys or the endpoint are not those of the plan. */
export function assertSameAccount(plan: BucketPlan, store: ObjectStore, accessKey: string): void {
  if (plan.account === accountFingerprint(accessKey) && plan.endpoint === store.endpoint) return;
  throw fail('E2007', 'The plan names buckets and was made with other Object Storage keys or at another endpoint.', {
    actions: [command('purge plan', { buckets: true })],
    data: { planned: plan.endpoint, present: store.endpoint },
  });
}

/** FQDN in the mark; `''` when the mark cannot be read as one, undefined when there is none or the bucket is not ours to read. */
export async function ownerOf(store: ObjectStore, bucket: string): Promise<string | undefined> {
  let mark: Uint8Array | undefined;
  try {
    mark = await store.get(bucket, bucketMarker);
  } catch (error) {
    if (isCatalystError(error, 'E2302')) return undefined;
    throw error;
  }
  if (!mark) return undefined;
  try {
    const { sovereign } = JSON.parse(Buffer.from(mark).toString('utf8')) as { sovereign?: unknown };
    return typeof sovereign === 'string' ? sovereign : '';
  } catch {
    return '';
  }
}

async function contents(store: ObjectStore, bucket: string): Promise<string> {
  let versions = 0;
  let bytes = 0;
  for await (const page of store.versions(bucket)) {
    versions += page.length;
    for (const { size } of page) bytes += size;
    if (versions >= counted) break;
  }
  const more = versions >= counted ? 'more than ' : '';
  return `${more}${versions} versions of objects (${more}${(bytes / 2 ** 20).toFixed(1)} MB), including its marker`;
}

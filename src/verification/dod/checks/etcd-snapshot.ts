/**
 * The newest snapshot of etcd in the Sovereign's bucket is whole: a database with its checksum at the end, as etcd writes it
 * (client/v3/snapshot) and verifies it before a restore (etcdutl/snapshot, copyAndVerifyDB). k3s 1.35 ships the file as it is
 * (pkg/etcd/snapshot.go, pkg/etcd/s3). It is not restored.
 */
import { createHash } from 'node:crypto';
import { etcdSnapshotHours, etcdSnapshotSecret } from '../../../hetzner/cluster/boot/cloud-init.js';
import { bucketName } from '../../../sovereign/object-storage.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

const hourMs = 3_600_000;
/** The schedule, and an hour for taking and sending it. */
const dueMs = (etcdSnapshotHours + 1) * hourMs;
/** etcd's database is at most 2 GiB, and it is read a part at a time. */
const partBytes = 16 * 1024 * 1024;
const checksumBytes = 32;
/** bbolt's mark in the first page, behind its header of 16 bytes. */
const databaseMark = Buffer.from([0xed, 0xda, 0x0c, 0xed]);

type Looking = Pick<Scope, 'world'>;

/** What was observed of the snapshots. */
export interface SnapshotSeen {
  bucket: string;
  at: string;
  /** When the Secret was created with which k3s ships them; undefined where there is none. */
  since?: string;
  newest?: { key: string; size: number; modified: string };
  /** Why etcd would refuse it. */
  problem?: string;
}

export async function etcdSnapshotWhole(looking: Looking): Promise<Answer> {
  const seen = await look(looking);
  return { ...judgeSnapshot(seen), evidence: seen };
}

async function look({ world }: Looking): Promise<SnapshotSeen> {
  const bucket = bucketName(world.sovereign.spec, 'etcd');
  const at = world.clock.now().toISOString();
  const kube = await world.kube();
  const secret = await kube.get({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: 'kube-system',
    name: etcdSnapshotSecret,
  });
  if (!secret) return { bucket, at };
  // a bucket outlives its cluster: what is older than the Secret is another one's
  const since = String(secret.metadata.creationTimestamp);
  const store = await world.objectStore();
  const [newest] = (await store.list(bucket))
    .filter(({ key, modified }) => !key.startsWith('.metadata/') && Date.parse(modified) >= Date.parse(since))
    .sort((a, b) => Date.parse(b.modified) - Date.parse(a.modified));
  if (!newest) return { bucket, at, since };
  const { key, size, modified } = newest;
  const isDue = Date.parse(at) - Date.parse(modified) > dueMs;
  const problem = isDue ? undefined : await broken(store, bucket, newest);
  return { bucket, at, since, newest: { key, size, modified }, ...(problem ? { problem } : {}) };
}

/** Pure. */
export function judgeSnapshot({ bucket, at, since, newest, problem }: SnapshotSeen): Answer {
  if (since === undefined)
    return failed(`k3s ships no snapshot of etcd: there is no Secret kube-system/${etcdSnapshotSecret}`);
  const now = Date.parse(at);
  const last = Date.parse(newest?.modified ?? since);
  if (now - last > dueMs)
    return failed(
      `${newest ? `the newest snapshot of etcd in ${bucket} is` : `${bucket} has no snapshot of etcd after`} ${Math.floor((now - last) / hourMs)} hours${newest ? ' old' : ''}; k3s takes one every ${etcdSnapshotHours}`,
    );
  if (!newest) return passed(`the first snapshot of etcd is due by ${new Date(last + dueMs).toISOString()}`);
  if (problem) return failed(`the snapshot ${bucket}/${newest.key} cannot be restored: ${problem}`);
  return passed(`the newest snapshot of etcd, of ${newest.modified}, is whole by its checksum`);
}

interface Parts {
  getRange(bucket: string, key: string, from: number, to: number): Promise<Uint8Array | undefined>;
}

/** Why etcd would refuse it, or undefined. */
async function broken(
  store: Parts,
  bucket: string,
  { key, size }: { key: string; size: number },
): Promise<string | undefined> {
  // a checksum behind pages, each a multiple of 512 bytes
  if (size % 512 !== checksumBytes) return `its ${size} bytes do not end in a checksum, so it is not complete`;
  const hash = createHash('sha256');
  const end = size - checksumBytes;
  for (let from = 0; from < end; from += partBytes) {
    const part = await store.getRange(bucket, key, from, Math.min(from + partBytes, end) - 1);
    if (part === undefined) return 'it went while it was read';
    if (from === 0 && !Buffer.from(part.subarray(16, 20)).equals(databaseMark))
      return 'it does not begin as a database of etcd';
    hash.update(part);
  }
  const checksum = await store.getRange(bucket, key, end, size - 1);
  return checksum && hash.digest().equals(Buffer.from(checksum)) ? undefined : 'its content does not have its checksum';
}

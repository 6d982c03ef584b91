/** The snapshots of etcd that k3s ships: there in time, of this cluster, and whole as etcd itself checks it before a restore. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { etcdSnapshotWhole } from '../../../../../src/verification/dod/checks/etcd-snapshot.js';
import { fakeKube } from '../../../../fakes/fake-kube.js';
import { fakeWorld } from '../../../walk/rig.js';

const made = '2026-11-30T00:00:00Z';

/** As etcd's client saves it: pages of a bbolt database, and the checksum of them. */
function snapshot({ pages = 8, mark = 0xed0cdaed } = {}): Buffer {
  const database = Buffer.alloc(pages * 4096, 7);
  database.writeUInt32LE(mark, 16);
  return Buffer.concat([database, createHash('sha256').update(database).digest()]);
}

interface Bucket {
  now?: string;
  secret?: boolean;
  objects?: Record<string, { modified: string; body: Buffer }>;
}

async function look({ now = '2026-11-30T08:00:00Z', secret = true, objects = {} }: Bucket) {
  const kube = fakeKube();
  const [namespace, name] = ['kube-system', 'etcd-snapshots-object-storage'];
  if (secret)
    kube.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, creationTimestamp: made } } as never);
  const { world } = await fakeWorld({
    cluster: kube,
    clock: { now: () => new Date(now), sleep: async () => undefined },
    objectStore: async () =>
      ({
        list: async () =>
          Object.entries(objects).map(([key, { modified, body }]) => ({ key, modified, size: body.length })),
        getRange: async (_bucket: string, key: string, from: number, to: number) =>
          objects[key]?.body.subarray(from, to + 1),
      }) as never,
  });
  return etcdSnapshotWhole({ world });
}

const taken = (body: Buffer, modified = '2026-11-30T06:00:03Z') => ({ 'etcd-snapshot-cp1-1': { modified, body } });
const whole = snapshot();

it('passes with the newest one whole, larger than what is read at once', async () => {
  const objects = {
    ...taken(snapshot({ pages: 5000 })),
    older: { modified: '2026-11-30T00:30:00Z', body: whole.subarray(0, 100) },
    '.metadata/etcd-snapshot-cp1-1': { modified: '2026-11-30T06:00:04Z', body: Buffer.from('{}') },
  };
  expect(await look({ objects })).toMatchObject({
    status: 'pass',
    reason: 'the newest snapshot of etcd, of 2026-11-30T06:00:03Z, is whole by its checksum',
  });
});

const changed = Buffer.from(whole);
changed[5000] = 8;
it.each<[string, Buffer, RegExp]>([
  ['cut off', whole.subarray(0, whole.length - 4000), /not complete/],
  ['changed', changed, /does not have its checksum/],
  ['no database', snapshot({ mark: 1 }), /does not begin as a database of etcd/],
])('fails with one that is %s', async (_, body, reason) => {
  const answer = await look({ objects: taken(body) });
  expect(answer).toMatchObject({ status: 'fail', reason: expect.stringMatching(reason) });
  expect(answer.reason).toContain('etcd/etcd-snapshot-cp1-1 cannot be restored');
});

it('claims none before the first is due, and fails when one is overdue', async () => {
  const due = await look({ now: '2026-11-30T01:00:00Z' });
  expect(due).toMatchObject({
    status: 'pass',
    reason: 'the first snapshot of etcd is due by 2026-11-30T07:00:00.000Z',
  });
  expect(await look({})).toMatchObject({ status: 'fail', reason: expect.stringMatching(/has no snapshot of etcd/) });
  expect(await look({ objects: taken(whole), now: '2026-11-30T14:00:00Z' })).toMatchObject({
    status: 'fail',
    reason: expect.stringMatching(/is 7 hours old; k3s takes one every 6/),
  });
});

it('takes none of a cluster that was there before, and fails without the Secret that k3s reads', async () => {
  const former = await look({ objects: taken(whole, '2026-11-29T20:00:00Z') });
  expect(former).toMatchObject({ status: 'fail', reason: expect.stringMatching(/no snapshot of etcd/) });
  expect(await look({ secret: false })).toMatchObject({
    status: 'fail',
    reason: expect.stringContaining('no Secret kube-system/etcd-snapshots-object-storage'),
  });
});

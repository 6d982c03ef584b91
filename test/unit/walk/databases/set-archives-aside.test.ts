import { afterEach, beforeEach, expect, it } from 'vitest';
import { planArchivesAside, setArchivesAside } from '../../../../src/walk/databases/set-archives-aside.js';
import { omantel } from '../../../fakes/fake-world.js';
import { ours, type StorageRig, startStorage } from '../../../fakes/storage-rig.js';
import { fakeContext, fakeWorld } from '../rig.js';

let storage: StorageRig;
beforeEach(async () => {
  storage = await startStorage();
});
afterEach(() => storage.s3.close());

const bucket = 'omantel-test-postgres';

async function sovereign(owner?: string, versioning: 'Enabled' | 'Suspended' | undefined = 'Enabled') {
  const { s3, store } = storage;
  s3.storage.createBucket(bucket, 'ours').versioning = versioning;
  const fqdn = omantel().spec.fqdn;
  s3.putObject(bucket, '.catalyst-sovereign.json', JSON.stringify({ sovereign: owner ?? fqdn }));
  s3.putObject(bucket, 'gitea-pg/base/1/data.tar', 'base');
  s3.putObject(bucket, 'gitea-pg/wals/1/1.gz', 'log');
  const { world, kept } = await fakeWorld({ sovereign: omantel(), objectStore: async () => store(ours) });
  return { world, kept, context: fakeContext(world) };
}

it('the archives of a destroyed cluster make room for the next one, and their versions stay', async () => {
  const { world, kept, context } = await sovereign();
  kept.set('s3-access-key', ours.accessKey);
  const planned = await planArchivesAside(world);
  await setArchivesAside(world, context.context);
  expect(context.done).toEqual(planned.map(({ sentence }) => sentence));
  expect(storage.s3.listObjects(bucket).map(({ key }) => key)).toEqual(['.catalyst-sovereign.json']);
  const [marker, base] = storage.s3.storage.buckets.get(bucket)!.objects.get('gitea-pg/base/1/data.tar')!;
  expect([marker?.marker, base?.body.toString()]).toEqual([true, 'base']);
  expect(await planArchivesAside(world)).toEqual([]);
});

it('they stay too where somebody has suspended the versioning', async () => {
  const { world, kept, context } = await sovereign(undefined, 'Suspended');
  kept.set('s3-access-key', ours.accessKey);
  await setArchivesAside(world, context.context);
  const versions = storage.s3.storage.buckets.get(bucket)!.objects.get('gitea-pg/base/1/data.tar')!;
  expect(versions.map(({ marker, body }) => marker || body.toString())).toEqual([true, 'base']);
});

it('nothing is touched without keys, or in the bucket of another Sovereign', async () => {
  const { world, context } = await sovereign();
  expect(await planArchivesAside(world)).toEqual([]);
  await setArchivesAside(world, context.context);
  storage.s3.storage.buckets.delete(bucket);
  const other = await sovereign('other.example.org');
  other.kept.set('s3-access-key', ours.accessKey);
  await setArchivesAside(other.world, other.context.context);
  expect(storage.s3.listObjects(bucket)).toHaveLength(3);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeBuckets, probeKeys } from '../../../../src/walk/probes/probe-keys.js';
import { roundTrip } from '../../../../src/walk/steps/prove-object-storage.js';
import { type StorageRig, startStorage } from '../../../fakes/storage-rig.js';

let storage: StorageRig;
beforeEach(async () => {
  storage = await startStorage();
  storage.s3.storage.createBucket('omantel-loki', 'ours');
});
afterEach(() => storage.s3.close());

const keys = () => storage.s3.listObjects('omantel-loki').map(({ key }) => key);

test('a probe removes what a killed run left, in any form, and nothing else', async () => {
  const others = ['.catalyst-owner', '.catalyst-probe-of-mine', 'chunks/0123456789ab'];
  const left = ['.catalyst-probe-ba9876543210', '.catalyst-probe-ba9876543210-chunked'];
  for (const key of [...others, ...left]) storage.s3.putObject('omantel-loki', key, 'x');
  const store = storage.store();
  await roundTrip(store, store, 'omantel-loki', '0123456789ab');
  expect(keys()).toEqual(others.sort());
});

test('the id of a run ends the name or a folder of it', async () => {
  for (const key of ['probe-0123456789ab/base/1', 'probe-0123456789abz', 'probe-01234567/base', 'probe-pg/base'])
    storage.s3.putObject('omantel-loki', key, 'x');
  expect(await probeKeys(storage.store(), 'omantel-loki', 'probe-')).toEqual(['probe-0123456789ab/base/1']);
});

test('buckets of another Sovereign whose prefix looks like a probe are nobody’s leftovers', () => {
  const buckets = [
    'catalyst-a-probe-0a1b2c',
    'catalyst-a-probe-harbor',
    'catalyst-a-probe-0a1b2c-loki',
    'catalyst-a-loki',
  ];
  expect(probeBuckets(buckets, 'catalyst-a-probe-')).toEqual(['catalyst-a-probe-0a1b2c']);
});

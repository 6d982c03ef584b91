/** The forms in which consumers of Object Storage send, tried on a store that takes all of them and on one that refuses trailers. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bucketConsumers } from '../../../../src/sovereign/object-storage.js';
import type { Sovereign } from '../../../../src/sovereign/spec/schema.js';
import { consumerForms, lokiForm } from '../../../../src/walk/credentials/consumer-forms.js';
import { tryForms } from '../../../../src/walk/credentials/try-forms.js';
import { type StorageRig, startStorage } from '../../../fakes/storage-rig.js';
import { blueprints, omantel } from '../../blueprints/rig.js';

let rig: StorageRig;
const at = { bucket: 'omantel-harbor', key: '.catalyst-probe-run-1' };

beforeEach(async () => {
  rig = await startStorage();
  rig.s3.storage.createBucket(at.bucket, 'ours');
});
afterEach(() => rig.s3.close());

/** As the tree has it, with another Loki, or with values of the spec for Velero. */
const sendersOf = async ({ loki, velero }: { loki?: string; velero?: Record<string, unknown> } = {}) => {
  const sovereign: Sovereign = omantel(() => (velero ? { blueprints: { 'bp-velero': { values: velero } } } : {}));
  const all = structuredClone(await blueprints());
  const values = all.find(({ name }) => name === 'bp-grafana')!.documents.values['loki'] as { loki: object };
  if (loki) values.loki = { ...values.loki, image: { tag: loki } };
  return consumerForms({ sovereign, blueprints: all });
};

test('a store that takes everything is asked in each form, and keeps nothing', async () => {
  const store = rig.store();
  expect(await tryForms(store, store, at, await sendersOf())).toEqual({ refused: [], told: '' });
  const modes = rig.lines.filter(({ method }) => method === 'PUT').map(({ path }) => /run-1-([\w-]+)/.exec(path)?.[1]);
  expect(modes.sort()).toEqual(['crc32-header', 'crc32-trailer', 'sha256-trailer', 'signed', 'unsigned']);
  expect(rig.s3.listObjects(at.bucket)).toEqual([]);
});

test('a store that refuses trailers is told of, and stops nobody who sends none', async () => {
  rig.faults.add({ fault: { kind: 'refused-trailers' } });
  const store = rig.store();
  const { refused, told } = await tryForms(store, store, at, await sendersOf());
  expect(refused).toEqual(['crc32-trailer', 'sha256-trailer']);
  expect(told).toContain('not used by anything here');
});

test('a Loki that sends trailers to it is named before it is installed', async () => {
  rig.faults.add({ fault: { kind: 'refused-trailers' } });
  const store = rig.store();
  const senders = await sendersOf({ loki: '3.7.6' });
  await expect(tryForms(store, store, at, senders)).rejects.toMatchObject({
    code: 'E2301',
    message: expect.stringMatching(/^Loki 3\.7\.6 could not write .*SHA-256 trailer.*XAmzContentSHA256Mismatch/),
  });
});

test('a Velero that the spec lets send checksums is named too', async () => {
  rig.faults.add({ fault: { kind: 'refused-trailers' } });
  const store = rig.store();
  const location = { name: 'default', provider: 'aws', bucket: 'b', config: { checksumAlgorithm: 'CRC32' } };
  const senders = await sendersOf({ velero: { configuration: { backupStorageLocation: [location] } } });
  await expect(tryForms(store, store, at, senders)).rejects.toThrow(/^Velero could not write .*CRC32 trailer/);
});

test('trouble of the store itself is not taken for a form that it refuses', async () => {
  rig.faults.add({ server: 's3', method: 'PUT', fault: { kind: 'status', status: 503 } });
  const store = rig.store();
  await expect(tryForms(store, store, at, await sendersOf())).rejects.toThrow(/refused to write/);
});

test('every consumer of Object Storage is known by what it sends', async () => {
  expect((await sendersOf()).map(({ consumer }) => consumer)).toEqual([...bucketConsumers]);
});

test('Loki sends by its version', () => {
  const versions = ['2.9.17', '3.6.10', '3.6.11', '3.7.0', '3.7.1', '3.7.2', '3.7.6', 'of the chart'];
  expect(versions.map(lokiForm)).toEqual([
    ...['signed', 'signed', 'sha256-trailer', 'crc32-trailer', 'crc32-trailer'],
    ...['sha256-trailer', 'sha256-trailer', 'sha256-trailer'],
  ]);
});

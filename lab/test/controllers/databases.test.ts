/** Backups of CloudNativePG in the lab, against its own Object Storage. */
import { afterEach, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { createObjectStore } from '../../../src/tools/s3/s3.js';
import { postgresRestores } from '../../../src/walk/proofs/data/postgres-restores.js';
import { crd } from '../../src/controllers/crd.js';
import { databasePrograms } from '../../src/controllers/platform/cnpg-backups.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type S3Server, startS3 } from '../../src/servers/s3/server.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';
import { takeProof } from './proof-rig.js';

let lab: Cluster;
let s3: S3Server;
afterEach(async () => {
  await lab.close();
  await s3.close();
});

const api = { apiVersion: 'postgresql.cnpg.io/v1', namespace: 'shop' };
const key = (field: string) => ({ name: 'keys', key: field });
const barmanObjectStore = {
  destinationPath: 's3://omantel-postgres/',
  s3Credentials: { accessKeyId: key('id'), secretAccessKey: key('secret') },
};
const made = (kind: string, name: string, spec: object): KubeObject => ({
  apiVersion: api.apiVersion,
  kind,
  metadata: { name, namespace: api.namespace },
  spec,
});
const archiving = (object: KubeObject | undefined): { status: string; message: string } | undefined =>
  object?.status?.conditions?.find((one: { type: string }) => one.type === 'ContinuousArchiving');

async function begin(secretKey: string) {
  s3 = await startS3({
    log: createRequestLog(),
    faults: createFaults(),
    region: 'fsn1',
    accounts: [{ name: 'lab', accessKey: 'KEY', secretKey: 'hidden' }],
  });
  s3.storage.createBucket('omantel-postgres', 'lab');
  const objectStorage = { endpoint: s3.endpoint, region: 'fsn1', accessKey: 'KEY', secretKey: 'hidden' };
  lab = await cluster({ objectStorage });
  for (const name of ['ops', 'shop']) await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  for (const kind of ['Cluster', 'Backup', 'ScheduledBackup'])
    await lab.kube.apply(crd('postgresql.cnpg.io', 'v1', kind, 'Namespaced'));
  await lab.kube.apply(workload('Deployment', 'ops', 'cnpg-cloudnative-pg'));
  await lab.kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'keys', namespace: 'shop' },
    stringData: { id: 'KEY', secret: secretKey },
  });
}

const run = (name: string, cluster_: string, value = '') =>
  databasePrograms[name]!({
    pod: {} as KubeObject,
    lab: lab.lab,
    env: { DATABASE_URL: `postgresql://app:pass@${cluster_}-rw.shop:5432/app`, VALUE: value },
  });

it('come back in another Cluster, and a second one of that name finds the archive in use', async () => {
  await begin('hidden');
  await lab.kube.apply(made('Cluster', 'pg', { instances: 1, backup: { barmanObjectStore } }));
  await lab.until({ ...api, kind: 'Cluster', name: 'pg' }, (object) => archiving(object)?.status === 'True');
  await run('pg-write', 'pg', 'the row');
  await lab.kube.apply(made('ScheduledBackup', 'pg', { immediate: true, cluster: { name: 'pg' } }));
  await lab.until({ ...api, kind: 'ScheduledBackup', name: 'pg' }, (object) => object?.status?.lastScheduleTime);
  const [backup] = await lab.kube.list({ apiVersion: api.apiVersion, kind: 'Backup', namespace: 'shop' });
  await lab.until(
    { ...api, kind: 'Backup', name: backup!.metadata.name },
    (object) => object?.status?.phase === 'completed',
  );
  expect(s3.listObjects('omantel-postgres', 'pg/base/')).toHaveLength(1);
  const externalClusters = [{ name: 'pg', barmanObjectStore }];
  await lab.kube.apply(
    made('Cluster', 'again', { instances: 1, bootstrap: { recovery: { source: 'pg' } }, externalClusters }),
  );
  await lab.until(
    { ...api, kind: 'Cluster', name: 'again' },
    (object) => object?.status?.phase === 'Cluster in healthy state',
  );
  expect(await run('pg-read', 'again')).toEqual({ value: 'the row' });
  // one of the same name, made again, begins empty
  await lab.kube.delete({ ...api, kind: 'Cluster', name: 'again' });
  await lab.kube.apply(made('Cluster', 'again', { instances: 1 }));
  await lab.until(
    { ...api, kind: 'Cluster', name: 'again' },
    (object) => object?.status?.phase === 'Cluster in healthy state',
  );
  expect(await run('pg-read', 'again')).toEqual({ value: '' });
  await lab.kube.apply(
    made('Cluster', 'rebuilt', {
      instances: 1,
      backup: { barmanObjectStore: { ...barmanObjectStore, serverName: 'pg' } },
    }),
  );
  const refused = await lab.until(
    { ...api, kind: 'Cluster', name: 'rebuilt' },
    (object) => archiving(object) !== undefined,
  );
  expect(archiving(refused)).toMatchObject({
    status: 'False',
    message: expect.stringContaining('Expected empty archive'),
  });
});

it('are proven, and of a killed proof nothing stays in the bucket', async () => {
  await begin('hidden');
  const bucket = 'omantel-omani-works-postgres';
  s3.storage.createBucket(bucket, 'lab');
  const [left, another] = ['probe-ba9876543210/base/20261201/data.tar', 'probe-of-mine/base/20261201/data.tar'];
  for (const key of [left, another]) s3.putObject(bucket, key, 'kept');
  const keys: Record<string, string> = { 's3-access-key': 'KEY', 's3-secret-key': 'hidden' };
  const { signal } = new AbortController();
  const store = createObjectStore({
    endpoint: s3.endpoint,
    region: 'fsn1',
    signal,
    accessKey: 'KEY',
    secretKey: 'hidden',
  });
  const { evidence } = await takeProof(postgresRestores, lab, {
    objectStore: async () => store,
    credentials: { get: async (name: string) => keys[name] } as never,
  });
  expect(evidence.summary).toContain('a row came back from a backup');
  expect(s3.listObjects(bucket).map(({ key }) => key)).toEqual([another]);
});

it('fail with keys that Object Storage refuses', async () => {
  await begin('wrong');
  await lab.kube.apply(made('Cluster', 'pg', { instances: 1, backup: { barmanObjectStore } }));
  const refused = await lab.until({ ...api, kind: 'Cluster', name: 'pg' }, (object) => archiving(object) !== undefined);
  expect(archiving(refused)?.status).toBe('False');
  await lab.kube.apply(made('Backup', 'now', { cluster: { name: 'pg' } }));
  await lab.until({ ...api, kind: 'Backup', name: 'now' }, (object) => object?.status?.phase === 'failed');
});

/** #384 on the emulated Velero: the file in the volume comes back, and a backup without the volume is found out. */
import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { backupRestores } from '../../../src/walk/proofs/data/backup-restores.js';
import type { World } from '../../../src/world/world.js';
import { crd } from '../../src/controllers/crd.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type S3Server, startS3 } from '../../src/servers/s3/server.js';
import { type Cluster, cilium, cluster, deploymentReady, namespace, node, workload } from './harness.js';
import { takeProof } from './proof-rig.js';

const bucket = 'omantel-omani-works-velero';
const ref = (kind: string, name: string) => ({ apiVersion: 'velero.io/v1', kind, namespace: 'velero', name });
let lab: Cluster;
let s3: S3Server;
/** The proof looks for its backup in the Sovereign's bucket. */
const world = (): Partial<World> => ({
  objectStore: async () => ({ list: async (name: string, prefix = '') => s3.listObjects(name, prefix) }) as never,
});

const begin = async (args = ['server', '--default-volumes-to-fs-backup=true']) => {
  const account = { accessKey: 'KEY', secretKey: 'hidden' };
  s3 = await startS3({
    log: createRequestLog(),
    faults: createFaults(),
    region: 'fsn1',
    accounts: [{ name: 'lab', ...account }],
  });
  s3.storage.createBucket(bucket, 'lab');
  lab = await cluster({ objectStorage: { endpoint: s3.endpoint, region: 'fsn1', ...account } });
  for (const name of ['kube-system', 'velero']) await lab.kube.apply(namespace(name));
  await lab.kube.apply(node());
  await lab.kube.apply(cilium);
  for (const kind of ['BackupStorageLocation', 'Backup', 'Restore', 'DeleteBackupRequest', 'PodVolumeBackup'])
    await lab.kube.apply(crd('velero.io', 'v1', kind, 'Namespaced'));
  await lab.kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'velero-s3', namespace: 'velero' },
    stringData: { cloud: '[default]\naws_access_key_id=KEY\naws_secret_access_key=hidden\n' },
  });
  const containers = [{ name: 'velero', image: 'velero/velero:v1.18.1', args }];
  await lab.kube.apply(workload('Deployment', 'velero', 'velero', { containers }));
  await lab.kube.apply(workload('DaemonSet', 'velero', 'node-agent'));
  await lab.kube.apply({
    ...ref('BackupStorageLocation', 'default'),
    metadata: { name: 'default', namespace: 'velero' },
    spec: { provider: 'aws', objectStorage: { bucket } },
  } as KubeObject);
  await lab.until(ref('BackupStorageLocation', 'default'), (object) => object?.status?.phase === 'Available');
};
afterEach(async () => {
  await lab.close();
  await s3.close();
});

test('a file in a lost volume comes back, a namespace that a killed run left is removed before, and nothing stays', async () => {
  await begin();
  await lab.kube.apply(namespace('catalyst-probes-backup'));
  // taken by a run that was killed, and one that is nobody's probe
  for (const name of ['probe-ba9876543210', 'probe-of-mine']) {
    await lab.kube.apply({ ...ref('Backup', name), metadata: { name, namespace: 'velero' }, spec: {} } as KubeObject);
    await lab.until(ref('Backup', name), (object) => object?.status?.phase === 'Completed');
  }
  const { evidence, planned, sentences } = await takeProof(backupRestores, lab, world());
  expect(evidence.summary).toContain('no scheduled backup has run yet');
  const forget = 'make the probe DeleteBackupRequest velero/probe';
  expect(sentences.filter((one) => !one.includes('that an earlier run left')).toSpliced(0, 1)).toEqual(planned);
  expect(sentences.filter((one) => one === forget)).toHaveLength(2);
  const space = { apiVersion: 'v1', kind: 'Namespace', name: 'catalyst-probes-backup' };
  await lab.until(space, (object) => object === undefined);
  for (const name of ['probe-0123456789ab', 'probe-ba9876543210'])
    await lab.until(ref('Backup', name), (object) => object === undefined);
  expect(new Set(s3.listObjects(bucket).map(({ key }) => key.split('/')[1]))).toEqual(new Set(['probe-of-mine']));
});

test('a backup without the data of the volume is no proof, although Velero calls it Completed', async () => {
  await begin(['server']);
  await expect(takeProof(backupRestores, lab, world())).rejects.toThrow(
    /a Completed PodVolumeBackup of each volume .*none of catalyst-probes-backup\/probe-backup \(skipped\)/,
  );
});

test('the last scheduled backup is looked at too', async () => {
  await begin();
  await lab.kube.apply(namespace('shop'));
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'cart', namespace: 'shop' } };
  await lab.kube.apply({ ...claim, spec: { resources: { requests: { storage: '1Gi' } } } });
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'cart' } }];
  await lab.kube.apply(workload('Deployment', 'shop', 'web', { volumes }));
  await lab.until({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, deploymentReady);
  const moment = new Date(Date.now() + 60_000).toISOString();
  const labels = { 'velero.io/schedule-name': 'velero-daily' };
  const daily = { ...ref('Backup', 'daily'), metadata: { name: 'daily', namespace: 'velero', labels } };
  // as one that ran while the volumes were of a kind that it skips
  await lab.kube.apply({ ...daily, spec: {}, status: { phase: 'Completed' } } as KubeObject);
  const status = { phase: 'Completed', startTimestamp: moment, completionTimestamp: moment };
  await lab.kube.patchStatus(ref('Backup', 'daily'), status);
  await expect(takeProof(backupRestores, lab, world())).rejects.toThrow(
    /in backup daily; seen: none of shop\/cart \(skipped\)/,
  );
});

test('a directory that Velero does not know makes its location unavailable', async () => {
  await begin();
  s3.putObject(bucket, '.catalyst-probe/run-1', 'x');
  await lab.kube.patch(ref('BackupStorageLocation', 'default'), { metadata: { annotations: { look: 'again' } } });
  const seen = await lab.until(
    ref('BackupStorageLocation', 'default'),
    (object) => object?.status?.phase === 'Unavailable',
  );
  expect(seen.status.message).toContain('invalid top-level directories: [.catalyst-probe]');
});

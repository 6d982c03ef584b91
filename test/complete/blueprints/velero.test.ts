/** Velero and its plugin with what its chart makes of the rendered values, a real API server and a real S3 server: what reaches the bucket, and what comes back from it. */
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { bucketMarker } from '../../../src/sovereign/object-storage.js';
import { unpackGzipped } from '../../../src/tools/tar/unpack.js';
import { backup, probed, removal, restore } from '../../../src/walk/proofs/data/backup-objects.js';
import { type Cluster, namespace, startCluster } from '../../engines/blueprints/cluster.js';
import { builtProgram, rendered, secretText } from '../../engines/blueprints/rendered.js';
import { kubectlText } from '../../engines/rig.js';
import { exec } from '../../unit/blueprints/charts-rig.js';
import { until } from '../../until.js';
import { locations, objectsBeside, release, schedules, type VeleroValues } from './velero-objects.js';
import { applyKinds, type Storage, startStorage, startVelero, type Velero } from './velero-server.js';

const velero = builtProgram('velero', 'velero');
const plugin = builtProgram('velero', 'velero-plugin-for-aws');
const bucket = 'omantel-omani-works-velero';
const secret = 'velero-object-storage';

const demo = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: probed },
  data,
});
const secretOf = (name: string, inNamespace: string, text: Record<string, string>, labels = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: inNamespace, labels },
  stringData: text,
});

describe.skipIf(!velero)('Velero with the rendered configuration', () => {
  let cluster: Cluster;
  let storage: Storage;
  let values: VeleroValues;
  let running: Velero;

  const phase = async (kind: string, name: string) =>
    (await cluster.get(`${kind}.velero.io`, name, '-n', release)).status?.phase as string | undefined;
  const ended = async (kind: string, name: string) => {
    await until(async () => /^(Completed|(Partially)?Failed|FailedValidation)$/.test((await phase(kind, name)) ?? ''));
    return await phase(kind, name);
  };
  const keysOf = async (name: string) =>
    (await storage.store.list(bucket, `backups/${name}/`)).map(({ key }) => key.split('/').at(-1)!);
  /** As the release has it, but for the address: the location is validated at once when it is new. */
  const place = async () => {
    await kubectlText(cluster.kubeconfig, ['delete', 'backupstoragelocation', '-n', release, '--all']);
    const changed = locations(values).map((one) => {
      const { config, ...spec } = one['spec'];
      return { ...one, spec: { ...spec, config: { ...config, s3Url: storage.store.endpoint } } };
    });
    await cluster.apply(changed);
  };
  const cloudOf = (keys: Storage['keys']) =>
    secretText('bp-velero', { secret, key: 'cloud' }, (name) =>
      name === 's3-access-key' ? keys.accessKey : keys.secretKey,
    );
  /** Paths in the archive of a backup. */
  async function savedIn(name: string): Promise<string[]> {
    const bytes = await storage.store.get(bucket, `backups/${name}/${name}.tar.gz`);
    const folder = mkdtempSync(join(cluster.folder, 'saved-'));
    await unpackGzipped(Buffer.from(bytes!), folder);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
  }

  beforeAll(async () => {
    cluster = await startCluster();
    values = (await rendered('bp-velero', 'ha')).values as VeleroValues;
    storage = await startStorage(
      join(cluster.folder, 'storage'),
      values.configuration.backupStorageLocation[0]!.config['region']!,
    );
    await storage.store.createBucket(bucket);
    await storage.store.setVersioning(bucket, true);
    // which catalyst puts into each bucket
    await storage.store.put(bucket, bucketMarker, '{}');
    await cluster.apply([release, probed, 'openbao'].map(namespace));
    await applyKinds(cluster);
    const cloud = await cloudOf(storage.keys);
    await cluster.apply([
      ...objectsBeside,
      secretOf(secret, release, { cloud }),
      secretOf('velero-repo-credentials', release, { 'repository-password': 'of-the-repository' }),
    ]);
    await until(() => place().then(() => true));
    await until(() => cluster.apply(schedules(values)).then(() => true));
    running = await startVelero({ programs: { velero: velero!, plugin: plugin! }, cluster, values, cloud });
  });
  afterAll(async () => {
    await running?.stop();
    await storage?.close();
    await cluster?.close();
  });

  test('its location is Available, and its schedule is taken as it is', async () => {
    await until(async () => (await phase('backupstoragelocations', 'default')) === 'Available');
    await until(async () => (await phase('schedules', 'velero-daily')) === 'Enabled');
  });

  test('the backup of the proof of #384 is in the bucket, brings a lost namespace back, and leaves nothing behind', async () => {
    await cluster.apply([demo('kept', { value: 'of-the-probe' })]);
    await cluster.apply([backup('probe-1')]);
    expect(await ended('backups', 'probe-1'), running.log()).toBe('Completed');
    expect(await keysOf('probe-1')).toContain('velero-backup.json');
    await kubectlText(cluster.kubeconfig, ['delete', 'namespace', probed]);
    await cluster.apply([restore('probe-1')]);
    expect(await ended('restores', 'probe-1'), running.log()).toBe('Completed');
    expect((await cluster.get('configmap', 'kept', '-n', probed))['data']).toEqual({ value: 'of-the-probe' });
    await cluster.apply([removal('probe-1')]);
    await until(async () => (await keysOf('probe-1')).length === 0);
    await until(async () => (await storage.store.list(bucket, 'restores/')).length === 0);
  });

  test('what the schedule saves has neither the key of OpenBao nor the probes, and is known as scheduled', async () => {
    await cluster.apply([
      // as the tree labels it
      secretOf('openbao-unseal', 'openbao', { key: 'unseal' }, { 'velero.io/exclude-from-backup': 'true' }),
      secretOf('other', 'openbao', { key: 'other' }),
      namespace('catalyst-probes'),
      secretOf('probe', 'catalyst-probes', { key: 'probe' }),
    ]);
    const args = ['backup', 'create', 'nightly', '--from-schedule', 'velero-daily', '--kubeconfig', cluster.kubeconfig];
    await exec({ file: velero!, args: [...args, '--namespace', release] });
    expect(await ended('backups', 'nightly'), running.log()).toBe('Completed');
    const { metadata } = await cluster.get('backups.velero.io', 'nightly', '-n', release);
    expect(metadata.labels?.['velero.io/schedule-name']).toBe('velero-daily');
    const secrets = (await savedIn('nightly')).filter((path) => path.startsWith('resources/secrets/namespaces/'));
    expect(secrets).toContain('resources/secrets/namespaces/openbao/other.json');
    expect(secrets.filter((path) => /openbao-unseal|catalyst-probes|\/velero\//.test(path))).toEqual([]);
  });

  test('a folder that is not its own, and keys that are refused, make the location Unavailable', async () => {
    const unavailable = async (why: RegExp) => {
      await place();
      await until(async () => (await phase('backupstoragelocations', 'default')) === 'Unavailable');
      const { status } = await cluster.get('backupstoragelocations.velero.io', 'default', '-n', release);
      expect(status.message).toMatch(why);
    };
    await storage.store.put(bucket, 'strange/file', 'x');
    await unavailable(/Backup store contains invalid top-level directories: \[strange\]/);
    await storage.store.delete(bucket, 'strange/file');
    const refused = await cloudOf({ ...storage.keys, secretKey: 'guessed' });
    await cluster.apply([secretOf(secret, release, { cloud: refused })]);
    await unavailable(/SignatureDoesNotMatch/);
  });
});

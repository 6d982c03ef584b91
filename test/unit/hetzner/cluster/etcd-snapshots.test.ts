import { expect, it } from 'vitest';
import { cloudInit, etcdSnapshotSecret } from '../../../../src/hetzner/cluster/boot/cloud-init.js';
import { k3sInstaller } from '../../../../src/hetzner/cluster/boot/k3s-installer.js';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { blueprints } from '../../blueprints/rig.js';

const boot = {
  fqdn: 'omantel.omani.works',
  k3sVersion: 'v1.35.4+k3s1',
  installer: k3sInstaller,
  token: 't0ken',
  tlsSans: [],
  hostKey: { privateKey: 'private', publicKey: 'public' },
  authorizedKeys: [],
  joinAddress: '10.0.1.2',
};

function k3sConfig(role: 'first' | 'control-plane' | 'worker'): Record<string, unknown> {
  const [config] = parseYamlStream(cloudInit({ ...boot, role })) as [
    { write_files: { path: string; content: string }[] },
  ];
  const file = config.write_files.find(({ path }) => path === '/etc/rancher/k3s/config.yaml');
  return parseYamlStream(file!.content)[0] as Record<string, unknown>;
}

it('every server takes snapshots of etcd to Object Storage by a Secret, and names nothing else of it', () => {
  for (const role of ['first', 'control-plane'] as const) {
    const config = k3sConfig(role);
    expect(Object.keys(config).filter((key) => key.startsWith('etcd-s3'))).toEqual([
      'etcd-s3',
      'etcd-s3-config-secret',
    ]);
    expect(config).toMatchObject({ 'etcd-s3': true, 'etcd-s3-config-secret': etcdSnapshotSecret });
  }
  expect(Object.keys(k3sConfig('worker')).some((key) => key.startsWith('etcd'))).toBe(false);
});

it('bp-flux makes that Secret, with the keys that k3s reads', async () => {
  const flux = (await blueprints()).find(({ name }) => name === 'bp-flux')!;
  const secret = flux.secrets.find(({ name, namespace }) => name === etcdSnapshotSecret && namespace === 'kube-system');
  expect(secret?.type).toBe('etcd.k3s.cattle.io/s3-config-secret');
  expect(Object.keys(secret?.recipes ?? {}).map((key) => key.replace('etcd-s3-', ''))).toEqual([
    'endpoint',
    'insecure',
    'region',
    'bucket',
    'access-key',
    'secret-key',
  ]);
});

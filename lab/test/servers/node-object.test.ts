import { expect, test } from 'vitest';
import { cloudInit } from '../../../src/hetzner/cluster/boot/cloud-init.js';
import { k3sInstaller } from '../../../src/hetzner/cluster/boot/k3s-installer.js';
import { k3sServerOf } from '../../src/clusters/node-object.js';

const boot = {
  fqdn: 'omantel.omani.works',
  k3sVersion: 'v1.35.4+k3s1',
  installer: k3sInstaller,
  token: 'join-token',
  tlsSans: ['omantel.omani.works'],
  hostKey: { privateKey: 'PRIVATE', publicKey: 'ssh-ed25519 AAAA' },
  authorizedKeys: [],
};

test.each(['first', 'control-plane', 'worker'] as const)('reads the cloud-init of a %s as its k3s would', (role) => {
  const k3s = k3sServerOf(cloudInit({ ...boot, role, joinAddress: role === 'first' ? undefined : '10.0.1.2' }));
  expect(k3s).toMatchObject({ role, token: 'join-token', version: 'v1.35.4+k3s1' });
  expect(k3s?.taints).toEqual([{ key: 'node.cilium.io/agent-not-ready', value: 'true', effect: 'NoExecute' }]);
  expect(k3s?.tlsSans).toEqual(role === 'worker' ? [] : ['omantel.omani.works']);
});

test('a server of somebody else makes no node', () => {
  expect(k3sServerOf('')).toBeUndefined();
  expect(k3sServerOf('#cloud-config\nwrite_files:\n  - {path: /etc/motd, content: hello}\n')).toBeUndefined();
});

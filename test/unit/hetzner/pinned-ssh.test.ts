import { afterEach, describe, expect, it } from 'vitest';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { type SshEndpoint, startSsh } from '../../../lab/src/servers/ssh.js';
import { cloudInit } from '../../../src/hetzner/cluster/boot/cloud-init.js';
import { k3sInstaller } from '../../../src/hetzner/cluster/boot/k3s-installer.js';
import { createSsh } from '../../../src/tools/ssh/ssh.js';
import { generateSshKey, sshKeyPair } from '../../../src/tools/ssh/ssh-keys.js';

let server: SshEndpoint | undefined;
afterEach(() => server?.close());

async function booted() {
  const login = await generateSshKey('login');
  const hostKey = await generateSshKey('host');
  server = await startSsh({ log: createRequestLog(), faults: createFaults() });
  const userData = cloudInit({
    role: 'first',
    fqdn: 'omantel.omani.works',
    k3sVersion: 'v1.35.4+k3s1',
    installer: k3sInstaller,
    token: 'token',
    tlsSans: ['omantel.omani.works'],
    hostKey,
    authorizedKeys: [login.publicKey],
  });
  const file = (path: string) => (path === '/etc/rancher/k3s/k3s.yaml' ? 'kind: Config\n' : undefined);
  server.boot({ hostname: 'cp1', userData, authorizedKeys: [], file });
  const ssh = createSsh([{ port: 22, to: server.endpoint }]);
  const target = { host: '203.0.113.10', privateKey: login.privateKey, hostKey: hostKey.publicKey, timeoutMs: 5000 };
  return { ssh, target };
}

describe('SSH with a pinned host key', () => {
  it('reads a file from the server that holds the key put on it', async () => {
    const { ssh, target } = await booted();
    expect(await ssh.readFile(target, '/etc/rancher/k3s/k3s.yaml')).toBe('kind: Config\n');
    expect(await ssh.readFile(target, '/nowhere')).toBeUndefined();
  });

  it('refuses a server that shows another key, and says so', async () => {
    const { ssh, target } = await booted();
    const other = await generateSshKey('other');
    await expect(ssh.run({ ...target, hostKey: other.publicKey }, 'true')).rejects.toMatchObject({
      code: 'E3004',
      exitCode: 7,
    });
  });

  it('tells an unreachable or unwilling server from a foreign one', async () => {
    const { ssh, target } = await booted();
    const stranger = await generateSshKey('stranger');
    await expect(ssh.run({ ...target, privateKey: stranger.privateKey }, 'true')).rejects.toMatchObject({
      code: 'E3003',
    });
    await expect(createSsh([{ port: 22, to: '127.0.0.1:1' }]).run(target, 'true')).rejects.toMatchObject({
      code: 'E3003',
    });
  });

  it('makes only keys that can be read back', async () => {
    for (let n = 0; n < 600; n++) {
      const made = await generateSshKey('x');
      expect((await sshKeyPair(made.privateKey, 'x')).publicKey).toBe(made.publicKey);
    }
  });

  it('derives the public half of a kept key', async () => {
    const made = await generateSshKey('x');
    expect((await sshKeyPair(made.privateKey)).publicKey.split(' ')[1]).toBe(made.publicKey.split(' ')[1]);
    await expect(sshKeyPair('nonsense')).rejects.toMatchObject({ code: 'E1302' });
  });
});

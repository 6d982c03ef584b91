import { connect } from 'node:net';
import ssh2 from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { createSsh } from '../../../src/tools/ssh/ssh.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type SshEndpoint, startSsh } from '../../src/servers/ssh.js';

const keys = () => ssh2.utils.generateKeyPairSync('ed25519');
const host = keys();
const mine = keys();
let endpoint: SshEndpoint;
let files: Record<string, string>;

beforeEach(async () => {
  endpoint = await startSsh({ log: createRequestLog(), faults: createFaults() });
  files = {};
});
afterEach(() => endpoint.close());

const boot = () =>
  endpoint.boot({
    hostname: 'cp1',
    userData: `#cloud-config\n${toYaml({
      ssh_keys: { ed25519_private: host.private, ed25519_public: host.public },
      write_files: [{ path: '/etc/rancher/k3s/config.yaml', content: 'token: x\n' }],
    })}`,
    authorizedKeys: [mine.public],
    file: (path) => files[path],
  });
const target = (changes = {}) => ({ host: '203.0.113.9', privateKey: mine.private, hostKey: host.public, ...changes });
const ssh = () => createSsh([{ port: 22, to: endpoint.endpoint }]);

test('hands over files to who has the key, as soon as they are there', async () => {
  boot();
  expect(await ssh().readFile(target(), '/etc/rancher/k3s/k3s.yaml')).toBeUndefined();
  files['/etc/rancher/k3s/k3s.yaml'] = 'kind: Config\n';
  expect(await ssh().readFile(target(), '/etc/rancher/k3s/k3s.yaml')).toBe('kind: Config\n');
  expect(await ssh().readFile(target(), '/etc/rancher/k3s/config.yaml')).toBe('token: x\n');
  expect((await ssh().run(target(), 'cloud-init status --wait')).stdout).toBe('status: done\n');
  expect((await ssh().run(target(), 'rm -rf /')).exitCode).toBe(127);
});

test('refuses another key, and shows the host key that cloud-init brought', async () => {
  boot();
  await expect(ssh().run(target({ privateKey: keys().private }), 'true')).rejects.toMatchObject({ code: 'E3003' });
  await expect(ssh().run(target({ hostKey: keys().public }), 'true')).rejects.toMatchObject({ code: 'E3004' });
});

test('nobody answers before a server runs, nor after it is gone', async () => {
  await expect(ssh().run(target(), 'true')).rejects.toMatchObject({ code: 'E3003' });
  boot();
  expect((await ssh().run(target(), 'true')).exitCode).toBe(0);
  endpoint.off();
  await expect(ssh().run(target(), 'true')).rejects.toMatchObject({ code: 'E3003' });
  // the port stays taken, so that nobody else gets it
  const socket = connect(endpoint.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('close', resolve));
});

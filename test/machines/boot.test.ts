/** The product's own user-data, as Debian's cloud-init applies it at the first boot of a server of each role, up to the installer of k3s. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishedMachine } from '../../lab/src/machines/build/cache.js';
import { missingForMachines } from '../../lab/src/machines/machine.js';
import { cloudInit, type NodeBoot } from '../../src/hetzner/cluster/boot/cloud-init.js';
import { k3sInstaller } from '../../src/hetzner/cluster/boot/k3s-installer.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { parseYamlStream } from '../../src/support/yaml/read-yaml.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { stubInstaller } from './installer.js';
import { k3sFlags } from './k3s-flags.js';
import { type Booted, bootServer, hostKey, person } from './server.js';

const missing = await missingForMachines(createExec(createRedactor()), process.env);
if (missing) console.warn(`\nBOOT TEST NOT RUN: ${missing}\n`);

const version = 'v1.36.3+k3s1';
const token = 'K10secret';
const [privateAddress, publicAddress, joinAddress] = ['10.0.1.1', '203.0.113.5', '10.0.255.254'];
const tlsSans = ['omantel.omani.works', 'api.omantel.omani.works', '203.0.113.9'];
/** The stub at the address of the real one, its sum in the field of the real one's. */
const installer = { url: k3sInstaller.url, sha256: createHash('sha256').update(stubInstaller).digest('hex') };

/** Role → what k3s is told to be, and the rest of its life. */
const roles = {
  first: { command: 'server', service: 'k3s', joins: false, label: 'control-plane' },
  'control-plane': { command: 'server', service: 'k3s', joins: true, label: 'control-plane' },
  worker: { command: 'agent', service: 'k3s-agent', joins: true, label: 'worker' },
} as const;
type Role = keyof typeof roles;
const all = Object.keys(roles) as Role[];

const folder = mkdtempSync(join(tmpdir(), 'catalyst-boot-'));
const off = new AbortController();

function boot(name: string, role: Role, change: Partial<NodeBoot> = {}): Promise<Booted> {
  const userData = cloudInit({
    ...{ role, fqdn: 'omantel.omani.works', k3sVersion: version, installer, token, tlsSans },
    ...(roles[role].joins ? { joinAddress } : {}),
    hostKey: { privateKey: hostKey.private, publicKey: hostKey.public },
    authorizedKeys: [person.public],
    ...change,
  });
  return bootServer({
    ...{
      machine: finishedMachine(process.env)!,
      folder: mkdtempSync(join(folder, name)),
      userData,
      signal: off.signal,
    },
    ...{ privateAddress, publicAddress, installer: { url: installer.url, content: stubInstaller } },
  });
}

/** As it was when the installer ran. */
const configOf = (server: Booted) =>
  parseYamlStream(server.installer('config.yaml') ?? '')[0] as Record<string, unknown>;

describe.skipIf(missing)('the first boot of a server', () => {
  const booted = {} as Record<Role, Booted>;
  let refused: Booted;
  beforeAll(async () => {
    const wrong = boot('refused', 'first', { installer: { ...installer, sha256: '0'.repeat(64) } });
    const ended = await Promise.all([wrong, ...all.map(async (role) => (booted[role] = await boot(role, role)))]);
    refused = ended[0];
  });
  afterAll(() => {
    off.abort();
    rmSync(folder, { recursive: true, force: true });
  });

  describe.each(all)('%s', (role) => {
    const { command, service, joins, label } = roles[role];

    test('ends with k3s running, and nothing else failed', () => {
      const { look, file } = booted[role];
      expect(file('/var/lib/catalyst/stage')).toBe('ready\n');
      expect(look(service).text).toBe('active\n');
      expect(look('failed').text).toBe('');
    });

    test('user-data is what cloud-init knows, and it has nothing to complain of', () => {
      const { look } = booted[role];
      expect(look('schema')).toEqual({ text: expect.stringContaining('Valid schema'), exit: 0 });
      const status = JSON.parse(look('cloud-init').text);
      expect(status).toMatchObject({ status: 'done', extended_status: 'done', errors: [], recoverable_errors: {} });
    });

    test('the boot script is clean to shellcheck', () => {
      expect(booted[role].look('shellcheck')).toEqual({ text: '', exit: 0 });
    });

    test('the installer runs once, with the version and the command, and nothing in its environment beside', () => {
      const { installer: given, asked } = booted[role];
      expect(given('calls')).toBe(`${command}\n`);
      expect(given('environment')?.trim().split('\n')).toEqual([
        `INSTALL_K3S_EXEC=${command}`,
        `INSTALL_K3S_VERSION=${version}`,
      ]);
      expect(asked.filter((line) => line.startsWith('installer '))).toEqual([
        `installer ${new URL(installer.url).pathname}`,
      ]);
    });

    test('its configuration has flags of that command alone, this server, and where to join', () => {
      const { mode } = booted[role];
      const found = configOf(booted[role]);
      expect(mode('/etc/rancher/k3s/config.yaml')).toBe('600');
      expect(Object.keys(found).filter((key) => !k3sFlags[command].includes(key))).toEqual([]);
      expect(found).toMatchObject({
        token,
        'node-ip': privateAddress,
        'node-external-ip': publicAddress,
        'node-label': [`catalyst.openova.io/role=${label}`],
        'node-taint': ['node.cilium.io/agent-not-ready=true:NoExecute'],
      });
      expect(found['server']).toBe(joins ? `https://${joinAddress}:6443` : undefined);
      expect(found['cluster-init']).toBe(role === 'first' ? true : undefined);
    });

    test('it is the host that was pinned, and lets in whoever has the key and nobody by password', () => {
      const { file, mode, look } = booted[role];
      const keys = ['ed25519', 'rsa', 'ecdsa'].filter((type) => file(`/etc/ssh/ssh_host_${type}_key`) !== undefined);
      expect(keys).toEqual(['ed25519']);
      expect(mode('/etc/ssh/ssh_host_ed25519_key')).toBe('600');
      expect(file('/etc/ssh/ssh_host_ed25519_key.pub')?.trim()).toBe(hostKey.public);
      expect(look('login-with-key')).toEqual({ text: '0\n', exit: 0 });
      const settings = look('sshd').text.split('\n');
      expect(settings).toEqual(
        expect.arrayContaining(['passwordauthentication no', 'permitrootlogin without-password', 'maxauthtries 3']),
      );
    });

    test('it has room for watches of files, and no swap after the next start either', () => {
      const { look, file } = booted[role];
      expect([look('instances').text, look('watches').text]).toEqual(['8192\n', '1048576\n']);
      expect(file('/etc/fstab')).toBe('/dev/sda1 / ext4 defaults 0 1\n');
    });
  });

  test.each(['first', 'control-plane'] as const)(
    '%s: its API server is advertised in the private network and has a certificate for each name',
    (role) => {
      const found = configOf(booted[role]);
      expect(found).toMatchObject({
        'advertise-address': privateAddress,
        'flannel-backend': 'none',
        'secrets-encryption': true,
        'write-kubeconfig-mode': '0600',
      });
      const names = found['tls-san'] as string[];
      expect(names.toSorted()).toEqual([...tlsSans, privateAddress, publicAddress].toSorted());
    },
  );

  test('an installer with another digest is not run: the boot fails and names both digests', () => {
    const { file, look, installer: given } = refused;
    expect(file('/var/lib/catalyst/stage')).toBe(
      `failed: the k3s installer was not run: its sha256 is ${installer.sha256}, pinned is ${'0'.repeat(64)}\n`,
    );
    expect(given('calls')).toBeUndefined();
    expect(look('k3s').text).toBe('inactive\n');
    expect(JSON.parse(look('cloud-init').text)).toMatchObject({ status: 'error' });
  });
});

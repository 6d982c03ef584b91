import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cloudInit, type NodeBoot } from '../../../../../src/hetzner/cluster/boot/cloud-init.js';
import { k3sInstaller } from '../../../../../src/hetzner/cluster/boot/k3s-installer.js';
import { sha256 } from '../../../../../src/support/hash.js';
import { parseYamlStream } from '../../../../../src/support/yaml/read-yaml.js';

const boot: NodeBoot = {
  role: 'first',
  fqdn: 'omantel.omani.works',
  k3sVersion: 'v1.35.4+k3s1',
  installer: k3sInstaller,
  token: 't0ken',
  tlsSans: ['omantel.omani.works', '203.0.113.5'],
  hostKey: {
    privateKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\n',
    publicKey: 'ssh-ed25519 AAAA',
  },
  authorizedKeys: [],
};
interface Config {
  write_files: { path: string; content: string; permissions: string }[];
}
const files = (made: NodeBoot) => {
  const [config] = parseYamlStream(cloudInit(made)) as [Config];
  return new Map(config.write_files.map((file) => [file.path, file]));
};
const roles: NodeBoot[] = [
  boot,
  { ...boot, role: 'control-plane', joinAddress: '10.0.1.2' },
  { ...boot, role: 'worker', joinAddress: '10.0.1.2' },
];

describe('cloud-init', () => {
  it.each(roles)('holds no empty list for $role: the schema of cloud-init refuses one', (role) => {
    expect(cloudInit(role)).not.toMatch(/: \[\]\s/);
    expect(cloudInit(role)).not.toContain('ssh_genkeytypes');
  });

  it('is a script that a shell can read, for every role', () => {
    for (const role of roles) {
      const script = files(role).get('/usr/local/sbin/catalyst-boot')!;
      const checked = spawnSync('bash', ['-n'], { input: script.content, encoding: 'utf8' });
      expect(checked.stderr).toBe('');
      expect(script.permissions).toBe('0700');
      expect(files(role).get('/etc/rancher/k3s/config.yaml')?.permissions).toBe('0600');
    }
  });

  it('runs the installer of k3s only when it is the pinned one', () => {
    const installer = '#!/bin/sh\ntouch "$RAN"\n';
    const boots = (pinned: string) => {
      const dir = mkdtempSync(join(tmpdir(), 'boot-'));
      const script = files({ ...boot, installer: { ...k3sInstaller, sha256: pinned } })
        .get('/usr/local/sbin/catalyst-boot')!
        .content.replaceAll('/var/lib/catalyst', dir);
      const [head = ''] = script.split('stage network\n');
      const [, install = ''] = script.split('stage install\n');
      // What is fetched is what curl writes behind -o.
      const curl = `curl() { while [ "$1" != -o ]; do shift; done; printf '%s' "$INSTALLER" > "$2"; }\n`;
      const ended = spawnSync('bash', ['-c', `${head}${curl}${install.split('stage api')[0]}`], {
        encoding: 'utf8',
        env: { ...process.env, INSTALLER: installer, RAN: join(dir, 'ran') },
      });
      const seen = {
        ran: existsSync(join(dir, 'ran')),
        stage: existsSync(join(dir, 'stage')) ? readFileSync(join(dir, 'stage'), 'utf8') : '',
      };
      rmSync(dir, { recursive: true });
      return { ...seen, status: ended.status, stderr: ended.stderr };
    };
    expect(boots(sha256(installer))).toMatchObject({ ran: true, status: 0 });
    const refused = boots(k3sInstaller.sha256);
    expect(refused).toMatchObject({ ran: false, status: 91 });
    const line = `the k3s installer was not run: its sha256 is ${sha256(installer)}, pinned is ${k3sInstaller.sha256}`;
    expect(refused.stage).toBe(`failed: ${line}\n`);
    expect(refused.stderr).toContain(line);
    expect(k3sInstaller.url).toMatch(/^https:\/\/.*\/[0-9a-f]{40}\/install\.sh$/);
  });

  it('adds the addresses of the server to the certificate at boot', () => {
    const { content } = files(boot).get('/etc/rancher/k3s/config.yaml')!;
    const script = files(boot).get('/usr/local/sbin/catalyst-boot')!.content;
    const sed = /sed -i ("s\/\^tls-san.*") /.exec(script)![1]!;
    const run = spawnSync('bash', ['-c', `private=10.0.1.2 public=203.0.113.9; sed ${sed}`], {
      input: content,
      encoding: 'utf8',
    });
    const [config] = parseYamlStream(run.stdout) as [Record<string, unknown>];
    expect(config['tls-san']).toEqual(['10.0.1.2', '203.0.113.9', 'omantel.omani.works', '203.0.113.5']);
  });

  it('leaves kube-proxy and local-path on, and does not fit a novel', () => {
    const { content } = files(boot).get('/etc/rancher/k3s/config.yaml')!;
    expect(content).not.toMatch(/kube-proxy|local-storage/);
    expect(() => cloudInit({ ...boot, authorizedKeys: ['x'.repeat(40_000)] })).toThrow(/32768/);
    expect(() => cloudInit({ ...boot, role: 'worker' })).toThrow(/join/);
  });
});

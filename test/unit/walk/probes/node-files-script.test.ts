/** The script of the Job on a node, run by this machine's shell: it tells hosts and addresses, and no login ever. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { filesIn, type RowPage } from '../../../../src/walk/probes/node-files.js';
import { nodeScript, nodeScriptEnv } from '../../../../src/walk/probes/node-files-script.js';

const registries = '/etc/rancher/k3s/registries.yaml';

function node(files: Record<string, string>) {
  const base = mkdtempSync(join(tmpdir(), 'node-'));
  const [root, own, word] = [join(base, 'node'), join(base, 'pod'), join(base, 'word')];
  const put = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  put(join(root, 'etc/hostname'), 'cp1\n');
  put(join(own, 'etc/resolv.conf'), 'nameserver 192.0.2.53\nsearch example.org\n');
  for (const [path, text] of Object.entries(files)) put(join(root, path), text);
  const run = (offset = 0, env: Record<string, string> = {}) => {
    const given = {
      ...nodeScriptEnv({ root, own, word }),
      OFFSET: String(offset),
      SALT: 'salt',
      PATH: process.env['PATH']!,
    };
    const { status, stderr } = spawnSync('/bin/sh', ['-c', nodeScript], {
      env: { ...given, ...env },
      encoding: 'utf8',
    });
    return { status, stderr, word: readFileSync(word, 'utf8') };
  };
  const rows = () => {
    const all: string[] = [];
    for (let total = 1; all.length < total; ) {
      const page = JSON.parse(run(all.length).word) as RowPage;
      all.push(...page.rows);
      total = page.total;
    }
    return all;
  };
  return { root, run, rows };
}

const namesIn = (path: string, text: string) =>
  filesIn(node({ [path]: text }).rows()).find((file) => file.path === path)?.names;

it.each([
  [
    'registries.yaml as k3s documents it',
    registries,
    `mirrors:
  docker.io:
    endpoint:
      - "https://harbor.example.org:8443/v2/docker"
configs:
  "harbor.example.org":
    tls:
      ca_file: /etc/ca.pem
`,
    ['ca.pem', 'docker.io', 'harbor.example.org', 'https://harbor.example.org:8443/v2/docker'],
  ],
  [
    'hosts',
    '/etc/hosts',
    '192.0.2.7 mail.example.org mail # a word\n2001:db8::7 six.example.org\n# 192.0.2.1 gone.example\n',
    ['192.0.2.7', '2001:db8::7', 'mail.example.org', 'six.example.org'],
  ],
  [
    'chrony',
    '/etc/chrony/chrony.conf',
    'pool NTP.example.org\nserver 192.0.2.1 # near\n',
    ['192.0.2.1', 'ntp.example.org'],
  ],
  [
    'drop-ins of timesyncd',
    '/etc/systemd/timesyncd.conf.d/a.conf',
    '[Time]\nNTP=time.example.org 192.0.2.9\n',
    ['192.0.2.9', 'time.example.org'],
  ],
  [
    'hosts.toml',
    '/var/lib/rancher/k3s/agent/etc/containerd/certs.d/a.example/hosts.toml',
    'server = "https://a.example/v2"\n[host."https://b.example/v2/proxy/x"]\n  capabilities = ["pull"]\n',
    ['https://a.example/v2', 'https://b.example/v2/proxy'],
  ],
  ['a host with a path that has an @', registries, 'a: https://path.example/x@1\n', ['https://path.example']],
  ['labels as such', '/etc/rancher/k3s/config.yaml', 'node-label:\n- a.example/role=worker\n', ['a.example/role=']],
])('tells what is named in %s', (_what, path, text, names) => {
  expect(namesIn(path, text)).toEqual(names);
});

it.each([
  ['a block', 'auth:\n  username: secret.user.io\n  password: secret.word.io\nafter: after.example\n'],
  ['quotes', 'password: "secret.a\\".secret.io, secret.com"\nafter: after.example\n'],
  ['single quotes', "password: 'secret.a''.secret.io'\nafter: after.example\n"],
  ['a flow', 'x: {auth: {username: secret.u.io, password: secret.p.io}, after: after.example}\n'],
  ['JSON', '{"auth":{"username":"secret.u.io","password":"secret.p.io"},"after":"after.example"}\n'],
  ['a literal', 'identitytoken: |\n  secret.a.io\n  secret.b.io\nafter: after.example\n'],
  ['a folded value without quotes', 'token: secret.a.io\n  secret.b.io\nafter: after.example\n'],
  ['commas', 'password: secret.a.io,secret.b.io\nafter: after.example\n'],
  ['an address', 'x: https://robot:secret.word.io@after.example/\n'],
  ['an address, with a slash', 'x: https://robot:se/secret.word.io@after.example/\n'],
  ['an address without a scheme', 'x: secret.user.io:secret.word.io@after.example\n'],
  ['a header', '[host.x.header]\n  Authorization = ["Basic secret.word.io"]\n[host.after]\nx = "after.example"\n'],
  ['an argument', 'kubelet-arg:\n- oidc-client-secret=secret.word.io\n- x=after.example\n'],
  ['keys of Object Storage', 'etcd-s3-secret-key: secret.word.io\nafter: after.example\n'],
])('keeps a login in %s to itself, and still sees what is behind it', (_what, text) => {
  const told = node({ [registries]: text }).rows();
  expect(told.join('\n')).not.toMatch(/secret\./);
  expect(told.join('\n')).toMatch(/name (https:\/\/)?after\.example/);
});

it('tells apart what is not there, what may not be read, and what leads elsewhere', () => {
  const { root, rows } = node({ [registries]: 'a: b.example\n' });
  mkdirSync(join(root, 'etc/chrony'));
  symlinkSync('/etc/hostname', join(root, 'etc/chrony/chrony.conf'));
  mkdirSync(join(root, 'etc/ntp.conf'));
  const files = filesIn(rows());
  const of = (path: string) => files.find((file) => file.path === path);
  expect(of('/etc/hosts')).toEqual({ path: '/etc/hosts', answer: 'not there' });
  expect(of('/etc/chrony/chrony.conf')).toMatchObject({ answer: 'could not look', why: expect.stringMatching(/link/) });
  expect(of('/etc/ntp.conf')).toMatchObject({ answer: 'could not look', why: 'it is no file' });
  expect(of('/etc/resolv.conf')).toMatchObject({ answer: 'looked', names: ['192.0.2.53', 'example.org'] });
  expect(of(registries)?.hash).toMatch(/^[0-9a-f]{32}$/);
});

it('never takes more than a termination message has, and goes on where the last answer ended', () => {
  const many = Array.from({ length: 400 }, (_, at) => `192.0.2.1 host-${String(at).padStart(3, '0')}.example.org`);
  const { run, rows } = node({ '/etc/hosts': `${many.join('\n')}\n` });
  expect(run().word.length).toBeLessThan(4096);
  expect(rows().filter((row) => row.endsWith('.example.org'))).toHaveLength(400);
});

it('fails instead of telling of no name where a tool is missing', () => {
  const { root, run } = node({ '/etc/hosts': '192.0.2.1 a.example\n' });
  const broken = join(root, 'bin');
  mkdirSync(broken);
  writeFileSync(join(broken, 'awk'), '#!/bin/sh\ncat > /dev/null\n');
  chmodSync(join(broken, 'awk'), 0o755);
  const { status, word } = run(0, { PATH: `${broken}:${process.env['PATH']}` });
  expect(status).not.toBe(0);
  expect(word).toMatch(/tools of the image do not work/);
});

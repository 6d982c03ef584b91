/** Kubeconfigs the way kubectl reads them, with the real kubectl beside our own calls. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { forwardTo } from '../../../../../lab/src/internet/forward.js';
import { openSocksProxy } from '../../../../../lab/src/internet/socks-proxy.js';
import { type Rig, startRig } from '../../../../../lab/test/kubernetes/rig.js';
import { motherContexts } from '../../../../../src/cli/context/clusters/kubeconfigs.js';
import { openKube } from '../../../../../src/cli/context/clusters/open-kube.js';
import type { Clock } from '../../../../../src/support/clock.js';
import { createRedactor } from '../../../../../src/support/redact/redact.js';
import { parseYamlStream } from '../../../../../src/support/yaml/read-yaml.js';
import { toYaml } from '../../../../../src/support/yaml/write-yaml.js';
import { createDialer } from '../../../../../src/tools/dialer/dialer.js';
import { createExec } from '../../../../../src/tools/exec/exec.js';
import { loggingProxy } from '../../../../fakes/logging-proxy.js';
import { type LoginPlugin, loginPlugin } from '../../../kubernetes/client/login-plugin.js';

let rig: Rig;
let admin: { cert: string; key: string; server: string; ca: string };
let folder: string;
let plugin: LoginPlugin;
let now: number;
const warned: string[] = [];
const { signal } = new AbortController();
const clock: Clock = { now: () => new Date(now), sleep: async () => undefined };

beforeAll(async () => {
  rig = await startRig();
  const [config] = parseYamlStream(rig.api.kubeconfig()) as [
    { clusters: { cluster: Record<string, string> }[]; users: { user: Record<string, string> }[] },
  ];
  const { cluster } = config.clusters[0]!;
  const { user } = config.users[0]!;
  const plain = (base64: string | undefined) => Buffer.from(base64 ?? '', 'base64').toString('utf8');
  admin = {
    cert: plain(user['client-certificate-data']),
    key: plain(user['client-key-data']),
    server: cluster['server']!,
    ca: plain(cluster['certificate-authority-data']),
  };
}, 60_000);
afterAll(() => rig.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-kube-'));
  plugin = loginPlugin(folder);
  plugin.says({ clientCertificateData: admin.cert, clientKeyData: admin.key });
  now = Date.parse('2026-11-29T12:00:00Z');
  warned.length = 0;
  return () => rmSync(folder, { recursive: true, force: true });
});

function write(name: string, user: object, cluster: object = {}, context = 'contabo'): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(join(path, '..', 'ca.pem'), admin.ca);
  const text = toYaml({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [
      { name: `c-${context}`, cluster: { server: admin.server, 'certificate-authority': 'ca.pem', ...cluster } },
    ],
    users: [{ name: `u-${context}`, user }],
    contexts: [{ name: context, context: { cluster: `c-${context}`, user: `u-${context}` } }],
  });
  writeFileSync(path, text);
  return path;
}

const open = (path: string, context?: string, env: Record<string, string | undefined> = process.env) => {
  let written = 0;
  return openKube(
    { path, context },
    {
      exec: createExec(createRedactor(), env),
      kubectl: () => rig.path('kubectl'),
      dialer: createDialer({ connectTo: [] }),
      clock,
      env,
      warn: (text) => void warned.push(text),
      signal,
      undoSignal: signal,
      kubeconfigs: {
        write(text, at = join(folder, `written-${++written}`)) {
          writeFileSync(at, text, { mode: 0o600 });
          return at;
        },
      },
    },
  );
};
const namespaces = { apiVersion: 'v1', kind: 'Namespace' };
const map = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: {},
});

test('a plugin that gives a client certificate is used, once for all calls of ours and of kubectl', async () => {
  const { kube } = await open(write('kubeconfig', plugin.user));
  const lists = await Promise.all(Array.from({ length: 20 }, () => kube.list(namespaces)));
  expect(lists[0]!.map(({ metadata }) => metadata.name)).toContain('default');
  await kube.apply([map('by-kubectl')]);
  expect(await kube.get({ ...map('x'), name: 'by-kubectl', namespace: 'default' })).toBeDefined();
  expect(plugin.runs()).toBe(1);
  expect(readFileSync(kube.kubeconfig, 'utf8')).not.toContain('exec');
});

test('its answer counts until it expires, and a server that refuses it has it run once more', async () => {
  const expirationTimestamp = '2026-11-29T12:10:00Z';
  plugin.says({ clientCertificateData: admin.cert, clientKeyData: admin.key, expirationTimestamp });
  const { kube } = await open(write('kubeconfig', plugin.user));
  await kube.list(namespaces);
  expect(plugin.runs()).toBe(1);
  now = Date.parse('2026-11-29T12:11:00Z');
  plugin.says({ token: 'not-a-token', expirationTimestamp: '2026-11-29T13:00:00Z' });
  await expect(kube.list(namespaces)).rejects.toMatchObject({ code: 'E3102', data: { status: 401 } });
  expect(plugin.runs()).toBe(3);
  plugin.says({ clientCertificateData: admin.cert, clientKeyData: admin.key });
  expect((await kube.list(namespaces)).length).toBeGreaterThan(0);
  expect(plugin.runs()).toBe(4);
});

test('it gets the environment of the caller without what is secret to catalyst, and what it may know of the cluster', async () => {
  const env = { ...process.env, AWS_PROFILE: 'work', HCLOUD_TOKEN: 'secret-a', CATALYST_PASSPHRASE: 'secret-b' };
  await (await open(write('kubeconfig', plugin.user), undefined, env)).kube.list(namespaces);
  const seen = plugin.environment();
  expect(seen).toMatchObject({ AWS_PROFILE: 'work' });
  expect(JSON.stringify(seen)).not.toMatch(/secret-[ab]/);
  expect(JSON.parse(seen['KUBERNETES_EXEC_INFO']!).spec).toMatchObject({
    interactive: false,
    cluster: { server: admin.server },
  });
});

test('a plugin that fails, or prints something else, is named with its words', async () => {
  const { exec } = plugin.user as { exec: object };
  const failing = { exec: { ...exec, command: 'sh', args: ['-c', 'echo log in first >&2; exit 1'] } };
  await expect(open(write('kubeconfig', failing))).rejects.toMatchObject({
    code: 'E3008',
    exitCode: 5,
    message: expect.stringContaining('log in first'),
  });
  plugin.says({ token: 7 });
  await expect(open(write('kubeconfig', plugin.user))).rejects.toMatchObject({
    code: 'E3008',
    message: expect.stringContaining('not an ExecCredential'),
  });
  const missing = { exec: { ...exec, command: 'no-such-plugin', installHint: 'install it from example.org' } };
  await expect(open(write('kubeconfig', missing))).rejects.toMatchObject({
    code: 'E3008',
    actions: expect.arrayContaining(['install it from example.org']),
  });
});

test('KUBECONFIG may list files: the first of a name counts, paths are meant from each file, one that is missing is passed over', async () => {
  const user = { 'client-certificate': 'admin.pem', 'client-key': 'admin-key.pem' };
  mkdirSync(join(folder, 'b'));
  writeFileSync(join(folder, 'b', 'admin.pem'), admin.cert);
  writeFileSync(join(folder, 'b', 'admin-key.pem'), admin.key);
  const work = write('work.yaml', { token: 'x' }, { server: 'https://work.example.org' }, 'work');
  const mother = write('b/mother.yaml', user);
  const path = [work, join(folder, 'gone.yaml'), mother].join(delimiter);
  expect(motherContexts(undefined, { KUBECONFIG: path })).toEqual(['work', 'contabo']);
  const { kube } = await open(path, 'contabo');
  expect((await kube.list(namespaces)).length).toBeGreaterThan(0);
  await kube.apply([map('from-a-list')]);
  expect((await open(path, 'work')).kube.server).toBe('https://work.example.org');
});

test('proxy-url is the way for our calls too, through HTTP and SOCKS proxies', async () => {
  const proxy = await loggingProxy();
  const login = { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) };
  try {
    const { kube } = await open(write('http', login, { 'proxy-url': proxy.url }));
    expect((await kube.list(namespaces)).length).toBeGreaterThan(0);
    expect(proxy.asked[0]).toBe(`CONNECT ${new URL(admin.server).host}`);
  } finally {
    await proxy.close();
  }
  const through: number[] = [];
  const socks = await openSocksProxy({
    connect: (_host, port) => {
      through.push(port);
      return forwardTo({ port });
    },
  });
  try {
    const { kube } = await open(write('socks', login, { 'proxy-url': socks.url }));
    expect((await kube.list(namespaces)).length).toBeGreaterThan(0);
    expect(through[0]).toBe(Number(new URL(admin.server).port));
  } finally {
    await socks.close();
  }
});

test('TLS that is not verified is said with the setting that says so', async () => {
  const login = { 'client-certificate-data': base64(admin.cert), 'client-key-data': base64(admin.key) };
  await open(write('plain', login));
  expect(warned).toEqual([]);
  const path = write('loose', login, { 'insecure-skip-tls-verify': true, 'certificate-authority': '' });
  const { kube } = await open(path);
  expect((await kube.list(namespaces)).length).toBeGreaterThan(0);
  expect(warned).toEqual([expect.stringContaining(`insecure-skip-tls-verify is set in ${path}`)]);
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readKubeconfig } from '../../../../src/kubernetes/client/kubeconfig.js';
import { redirectKubeconfig } from '../../../../src/kubernetes/client/kubeconfig-written.js';
import { parseYamlStream } from '../../../../src/support/yaml/read-yaml.js';
import { toYaml } from '../../../../src/support/yaml/write-yaml.js';

const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const config = (user: object) => ({
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'default',
  clusters: [
    { name: 'c', cluster: { server: 'https://203.0.113.10:6443', 'certificate-authority-data': base64('CA') } },
    { name: 'other', cluster: { server: 'https://api.example.org' } },
  ],
  users: [{ name: 'u', user }],
  contexts: [
    { name: 'default', context: { cluster: 'c', user: 'u' } },
    { name: 'mother', context: { cluster: 'other', user: 'u' } },
  ],
});

function write(content: unknown): string {
  const path = join(folder, `${Math.random()}.yaml`);
  writeFileSync(path, typeof content === 'string' ? content : toYaml(content));
  return path;
}

test('client certificates come decoded, tokens from text or file, passwords as Basic', async () => {
  const access = readKubeconfig(
    write(config({ 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') })),
  );
  expect(access).toMatchObject({ server: 'https://203.0.113.10:6443', ca: 'CA', cert: 'CERT', key: 'KEY' });
  expect(await access.identity()).toEqual({ cert: 'CERT', key: 'KEY', headers: {} });
  writeFileSync(join(folder, 'token'), 'from-file\n');
  expect((await readKubeconfig(write(config({ tokenFile: 'token' }))).identity()).headers).toEqual({
    authorization: 'Bearer from-file',
  });
  expect((await readKubeconfig(write(config({ username: 'a', password: 'b' }))).identity()).headers).toEqual({
    authorization: `Basic ${base64('a:b')}`,
  });
});

test('another context is taken when it is named, an unknown one lists those there are', () => {
  const path = write(config({ token: 't' }));
  expect(readKubeconfig(path, 'mother').server).toBe('https://api.example.org');
  expect(() => readKubeconfig(path, 'nowhere')).toThrow(/no context "nowhere".*default, mother/);
});

test('a missing or damaged file is E3101', () => {
  expect(() => readKubeconfig(join(folder, 'absent'))).toThrow(/cannot be read/);
  expect(() => readKubeconfig(write('just text'))).toThrow(/is damaged/);
});

test('rules move the server and keep the name that the certificate is checked against', () => {
  const text = toYaml(config({ token: 't' }));
  const [moved] = parseYamlStream(redirectKubeconfig(text, [{ port: 6443, to: '127.0.0.1:4321' }])) as [
    ReturnType<typeof config>,
  ];
  expect(moved.clusters[0]!.cluster).toMatchObject({
    server: 'https://127.0.0.1:4321',
    'tls-server-name': '203.0.113.10',
    'certificate-authority-data': base64('CA'),
  });
  expect(moved.clusters[1]!.cluster).toEqual({ server: 'https://api.example.org' });
});

import { expect, test } from 'vitest';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { childEnvironment } from '../../../../src/tools/exec/child-environment.js';
import { createExec } from '../../../../src/tools/exec/exec.js';

const kept = {
  PATH: '/usr/bin',
  HOME: '/home/a',
  USER: 'a',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'C',
  TZ: 'Pacific/Chatham',
  TMPDIR: '/tmp',
  HTTPS_PROXY: 'http://proxy:3128',
  no_proxy: '.example.org',
  SSL_CERT_FILE: '/etc/ca.pem',
  NODE_EXTRA_CA_CERTS: '/etc/more.pem',
  XDG_CACHE_HOME: '/home/a/.cache',
};
const dropped = {
  GIT_DIR: '/home/a/work/.git',
  GIT_INDEX_FILE: '/home/a/work/.git/index',
  HELM_KUBEAPISERVER: 'https://mother',
  KUBECONFIG: '/home/a/.kube/config',
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  AWS_SECRET_ACCESS_KEY: 'secret',
  HCLOUD_TOKEN: 'secret',
  CATALYST_PASSPHRASE: 'secret',
  CATALYST_REGISTRY_TOKEN: 'secret',
  DYNADOT_API_KEY: 'secret',
  LD_PRELOAD: '/tmp/x.so',
  NODE_OPTIONS: '--require /tmp/x.js',
  GITHUB_TOKEN: 'secret',
};

test('lets through what a program needs to run, and nothing that turns it elsewhere or is secret', () => {
  expect(childEnvironment({ ...kept, ...dropped })).toEqual(kept);
});

test('adds what is set for one program, takes away what is undefined, and inherits what it names', () => {
  const own = { GIT_DIR: '/clone/.git', HOME: undefined };
  const made = childEnvironment({ ...kept, ...dropped, SSH_AUTH_SOCK: '/run/agent' }, own, ['SSH_AUTH_SOCK']);
  const { HOME: _, ...others } = kept;
  expect(made).toEqual({ ...others, GIT_DIR: '/clone/.git', SSH_AUTH_SOCK: '/run/agent' });
});

test('is all that a program gets', async () => {
  const exec = createExec(createRedactor(), { ...dropped, PATH: process.env['PATH'], LANG: 'C' });
  const { stdout } = await exec({ file: 'env', args: [], env: { OWN: '1' } });
  expect(stdout.trim().split('\n').sort()).toEqual([`LANG=C`, `OWN=1`, `PATH=${process.env['PATH']}`]);
});

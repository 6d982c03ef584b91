/** The Jobs of bp-openbao as the tree has them, with real curl and jq, against an OpenBao that keeps what it is sent; kubectl is a file. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { blueprints, omantel } from './rig.js';

const run = promisify(execFile);
const hasTools = ['curl', 'jq'].every((tool) => spawnSync(tool, ['--version']).status === 0);

interface Call {
  method: string;
  path: string;
  token: string | undefined;
  body: Record<string, unknown>;
}

/** Answers as one that has some sealing keys already. */
async function openbao(kept: string[] = [], admits = true) {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => {
      const { method = '', url = '' } = request;
      const token = request.headers['x-vault-token'] as string | undefined;
      calls.push({ method, path: url.replace('/v1/', ''), token, body: text ? JSON.parse(text) : {} });
      const name = /metadata\/catalyst\/sealing-keys\/(.*)$/.exec(url)?.[1];
      const isLogin = url.endsWith('/login');
      response.statusCode = name && !kept.includes(name) ? 404 : 200;
      response.end(isLogin ? JSON.stringify(admits ? { auth: { client_token: 's.token' } } : {}) : '');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { calls, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function job(file: string, script: string, address: string, kubectl: string) {
  const tree = renderTree(omantel(), await blueprints());
  const objects = tree.folder('bp-openbao-config')!.files.flatMap((one) => one.objects);
  const data = (name: string) =>
    objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.data;
  const folder = mkdtempSync(join(tmpdir(), 'openbao-job-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'token'), 'the-jwt');
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${kubectl}\n`, { mode: 0o755 });
  for (const [name, text] of Object.entries(data('openbao-policies') as Record<string, string>))
    writeFileSync(join(folder, name), text);
  const text = String(data(file)[script]).replaceAll('/tmp/', `${folder}/`);
  const env = { PATH: `${folder}:${process.env.PATH}`, BAO_ADDR: address, ACCOUNT: folder };
  const done = await run('sh', ['-c', text], { cwd: folder, env });
  return { ...done, read: (name: string) => readFileSync(join(folder, name), 'utf8') };
}

describe.skipIf(!hasTools)('a Job of OpenBao', () => {
  it('writes policies and roles as the administrator, and records that OpenBao is initialized', async () => {
    const { calls, address } = await openbao();
    const { read } = await job('openbao-policies-script', 'policies.sh', address, 'echo "$*" > patched');
    expect(calls[0]).toMatchObject({
      path: 'auth/kubernetes/login',
      token: undefined,
      body: { role: 'catalyst-admin', jwt: 'the-jwt' },
    });
    expect(calls.slice(1).map(({ path, token }) => [path, token])).toEqual([
      ['sys/policies/acl/sealing-keys', 's.token'],
      ['auth/kubernetes/role/sealing-keys', 's.token'],
      ['auth/token/revoke-self', 's.token'],
    ]);
    expect(calls[1]?.body['policy']).toContain('secret/data/catalyst/sealing-keys/*');
    expect(calls[2]?.body).toMatchObject({
      bound_service_account_names: 'sealing-keys',
      token_policies: 'sealing-keys',
    });
    expect(read('patched')).toContain('"state":"done"');
  });

  it('says so when OpenBao does not admit it, and records nothing', async () => {
    const { address } = await openbao([], false);
    await expect(job('openbao-policies-script', 'policies.sh', address, 'echo "$*" > patched')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('OpenBao admits nobody as catalyst-admin'),
    });
  });

  it('stores the sealing keys that OpenBao does not have, and reports all', async () => {
    const { calls, address } = await openbao(['key-old']);
    const key = (name: string, day: number) => ({
      metadata: { name, creationTimestamp: `2026-11-${day}T00:00:00Z` },
      data: { 'tls.crt': btoa(`certificate of ${name}`), 'tls.key': btoa(`key of ${name}`) },
    });
    const keys = JSON.stringify({ items: [key('key-old', 10), key('key-new', 20)] });
    const kubectl = `case "$*" in *'get secrets'*) cat <<'KEYS'\n${keys}\nKEYS\n;; *) for file; do :; done; cat "$file" >> reported;; esac`;
    const { stdout, read } = await job('sealing-keys-script', 'sealing-keys.sh', address, kubectl);
    const stored = calls.filter(({ method, path }) => method === 'POST' && path.startsWith('secret/data/'));
    expect(stored).toEqual([
      {
        method: 'POST',
        path: 'secret/data/catalyst/sealing-keys/key-new',
        token: 's.token',
        body: { options: { cas: 0 }, data: { 'tls.crt': 'certificate of key-new', 'tls.key': 'key of key-new' } },
      },
    ]);
    expect(stdout.trim()).toBe('new: key-new');
    expect(read('reported').match(/key-(old|new)/g)).toEqual(['key-old', 'key-new']);
  });
});

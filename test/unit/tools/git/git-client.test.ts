import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { issueCertificate } from '../../../../lab/src/certificates.js';
import { createFaults } from '../../../../lab/src/requests/faults.js';
import { type LabServer, serve } from '../../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../../lab/src/requests/request-log.js';
import { createGitea } from '../../../../lab/src/servers/git/gitea.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import { createExec, type RunRequest } from '../../../../src/tools/exec/exec.js';
import type { Git, GitWriter } from '../../../../src/tools/git/git.js';
import { createGit } from '../../../../src/tools/git/git-client.js';
import { listen } from '../../../fakes/loopback.js';

const host = 'gitea.omantel.example.org';
const password = 'pw-that-must-not-show';
const remote = { url: `https://${host}/sovereign/fleet.git`, username: 'gitea_admin', password };
const { signal } = new AbortController();
let directory: string;
let server: LabServer;
let authority: string;
let git: Git & GitWriter;
let runs: RunRequest[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'git-client-'));
  const root = await issueCertificate({ commonName: 'root', isAuthority: true });
  authority = root.certificate;
  const leaf = await issueCertificate({ commonName: host, dnsNames: [host] }, root);
  const admin = async () => ({ username: 'gitea_admin', password });
  const gitea = createGitea({ directory: join(directory, 'repositories'), admin, onPush: () => undefined });
  server = await serve({
    name: 'git',
    tls: { key: leaf.key, cert: leaf.certificate },
    log: createRequestLog(),
    faults: createFaults(),
    handler: gitea.handler,
  });
  runs = [];
  const exec = createExec(createRedactor());
  const recorded = (request: RunRequest) => {
    runs.push(request);
    return exec(request);
  };
  const connectTo = [{ port: 443, to: `127.0.0.1:${server.port}` }];
  const dialer = createDialer({ connectTo, caBundle: root.certificate });
  git = createGit({ exec: recorded, dialer, signal });
  await api('/orgs', { username: 'sovereign' });
  await api('/orgs/sovereign/repos', { name: 'fleet', private: true });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

async function api(path: string, body: object): Promise<void> {
  const { createHttp } = await import('../../../../src/tools/http/http-client.js');
  const http = createHttp({
    dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${server.port}` }] }),
    signal,
  });
  const authorization = `Basic ${Buffer.from(`gitea_admin:${password}`).toString('base64')}`;
  const answer = await http({
    url: `https://${host}/api/v1${path}`,
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    insecure: true,
  });
  expect(answer.status).toBe(201);
}

test('publishes exactly the files, once, through the rules for port 443', async () => {
  expect(await git.head(remote, 'main')).toBeUndefined();
  const first = await git.publish(
    remote,
    'main',
    [
      { path: 'a/one.yaml', text: '1\n' },
      { path: 'two', text: '2' },
    ],
    'first',
  );
  expect(first).toMatch(/^[0-9a-f]{40}$/);
  expect(await git.head(remote, 'main')).toBe(first);
  expect(
    await git.publish(
      remote,
      'main',
      [
        { path: 'a/one.yaml', text: '1\n' },
        { path: 'two', text: '2' },
      ],
      'again',
    ),
  ).toBe(first);
  const second = await git.publish(remote, 'main', [{ path: 'two', text: '2' }], 'one less');
  expect(second).not.toBe(first);
  const { sha, files } = await git.read(remote, 'main');
  expect(sha).toBe(second);
  expect([...files]).toEqual([['two', '2']]);
  expect(JSON.stringify(runs.map(({ args }) => args))).not.toContain(password);
});

test('changes some files and leaves what others pushed, at the same time too', async () => {
  await git.publish(remote, 'main', [{ path: 'theirs', text: 'a' }], 'first');
  const change = (path: string) => git.change(remote, 'main', [{ path, text: path }], path);
  await Promise.all([change('x/one'), change('x/two')]);
  const read = async () => [...(await git.read(remote, 'main')).files];
  expect(await read()).toEqual([
    ['theirs', 'a'],
    ['x/one', 'x/one'],
    ['x/two', 'x/two'],
  ]);
  const sha = await git.change(remote, 'main', [{ path: 'x/one' }], 'taken away');
  expect(await git.head(remote, 'main')).toBe(sha);
  expect(await read()).toEqual([
    ['theirs', 'a'],
    ['x/two', 'x/two'],
  ]);
  expect(await git.change(remote, 'main', [{ path: 'x/one' }], 'again')).toBe(sha);
  await expect(git.change(remote, 'elsewhere', [], 'm')).rejects.toThrow(/has no branch "elsewhere"/);
  await expect(git.change(remote, 'main', [{ path: '../x' }], 'm')).rejects.toMatchObject({ code: 'E9001' });
});

test('reports whose commits are, copies all of them without a credential, and moves a branch back only from where it is', async () => {
  expect(await git.history(remote)).toEqual([]);
  const first = await git.publish(remote, 'main', [{ path: 'ours', text: '1' }], 'first');
  const bare = join(directory, 'repositories', 'sovereign', 'fleet.git');
  const person = (...args: string[]) =>
    execFileSync('git', ['--git-dir', bare, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      encoding: 'utf8',
    }).trim();
  const theirs = person('commit-tree', `${first}^{tree}`, '-p', first, '-m', 'a shop');
  person('update-ref', 'refs/heads/shop', theirs);
  expect(await git.history(remote, 'main')).toMatchObject([{ sha: first, own: true, subject: 'first' }]);
  expect(await git.history(remote, 'elsewhere')).toEqual([]);
  expect((await git.history(remote)).map(({ sha, own, author }) => [sha, own, author])).toContainEqual([
    theirs,
    false,
    'Ada <ada@example.org>',
  ]);
  const copy = join(directory, 'copy');
  await git.copyTo(remote, copy);
  expect(execFileSync('git', ['--git-dir', copy, 'rev-parse', 'shop'], { encoding: 'utf8' }).trim()).toBe(theirs);
  expect(readFileSync(join(copy, 'config'), 'utf8')).not.toMatch(/gitea_admin|[Aa]uthorization/);
  await expect(git.copyTo(remote, copy)).rejects.toThrow();

  person('update-ref', 'refs/heads/main', theirs);
  await expect(git.moveBack(remote, 'main', first, first)).rejects.toThrow();
  expect(await git.head(remote, 'main')).toBe(theirs);
  await git.moveBack(remote, 'main', theirs, first);
  expect(await git.head(remote, 'main')).toBe(first);
});

test('a wrong password is an error without the password in it', async () => {
  const wrong = { ...remote, password: 'not-the-one' };
  const failure = await git.head(wrong, 'main').catch((error: Error) => error);
  expect(failure).toMatchObject({ code: 'E3002' });
  expect(String((failure as Error).message)).not.toContain('not-the-one');
});

test('a path out of the repository is refused', async () => {
  await expect(git.publish(remote, 'main', [{ path: '../x', text: '' }], 'm')).rejects.toMatchObject({ code: 'E9001' });
  await expect(git.publish(remote, 'main', [{ path: '.git/config', text: '' }], 'm')).rejects.toMatchObject({
    code: 'E9001',
  });
});

test('a branch that is not there is named', async () => {
  await expect(git.read(remote, 'elsewhere')).rejects.toThrow(/has no branch "elsewhere"/);
});

test('where a connection ends that git was led into is said, not the status that git saw', async () => {
  const { port } = await listen(() => undefined).then(async (closed) => {
    await closed.close();
    return closed;
  });
  const dialer = createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }] });
  const led = createGit({ exec: createExec(createRedactor()), dialer, signal });
  await expect(led.head(remote, 'main')).rejects.toMatchObject({
    code: 'E3002',
    message: expect.stringMatching(
      new RegExp(
        `The connection to ${host}:443 \\(dialed as 127\\.0\\.0\\.1:${port}\\) failed: .*ECONNREFUSED.*nothing listens`,
      ),
    ),
  });
});

test('what only asks is asked again when its connection is cut, and a push is not', async () => {
  let cuts = 0;
  const way = createServer((near) => {
    near.on('error', () => undefined);
    if (cuts-- > 0) return void near.once('data', () => near.resetAndDestroy());
    const far = connect(server.port, '127.0.0.1');
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  });
  await new Promise<void>((listening) => way.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void way.close());
  const to = `127.0.0.1:${(way.address() as AddressInfo).port}`;
  const dialer = createDialer({ connectTo: [{ port: 443, to }], caBundle: authority });
  const exec = createExec(createRedactor());
  const led = createGit({ exec, dialer, signal });
  const sha = await led.publish(remote, 'main', [{ path: 'a', text: '1' }], 'first');
  cuts = 2;
  expect(await led.head(remote, 'main')).toBe(sha);
  cuts = 9;
  await expect(led.head(remote, 'main')).rejects.toThrow(/did not|was cut: read ECONNRESET/);
  expect(cuts).toBe(6);
  cuts = 0;
  const pushing = createGit({
    ...{ dialer, signal },
    exec: (request) => {
      if (request.args[0] === 'push') cuts = 9;
      return exec(request);
    },
  });
  await expect(pushing.publish(remote, 'main', [{ path: 'a', text: '2' }], 'm')).rejects.toThrow(/git push.*was cut/s);
  expect(cuts).toBe(8);
});

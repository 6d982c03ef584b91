import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../src/requests/faults.js';
import { type LabServer, serve } from '../../src/requests/http-server.js';
import { createRequestLog, type LoggedLine } from '../../src/requests/request-log.js';
import { createGitea } from '../../src/servers/git/gitea.js';

const run = promisify(execFile);
let directory: string;
let server: LabServer;
let pushes: string[];
let lines: LoggedLine[];
let password = 'pw-1';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gitea-'));
  pushes = [];
  lines = [];
  password = 'pw-1';
  const log = createRequestLog();
  log.listen((line) => lines.push(line));
  const gitea = createGitea({
    directory: join(directory, 'repositories'),
    admin: async () => ({ username: 'root-admin', password }),
    onPush: (repository) => pushes.push(repository.name),
  });
  server = await serve({ name: 'git', log, faults: createFaults(), handler: gitea.handler });
});
afterEach(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const basic = (secret = password) => `Basic ${Buffer.from(`root-admin:${secret}`).toString('base64')}`;
const call = (path: string, method = 'GET', body?: object, authorization: string | undefined = basic()) =>
  fetch(`${server.endpoint}/api/v1${path}`, {
    method,
    body: body && JSON.stringify(body),
    headers: authorization ? { authorization } : {},
  });
/** git as a person has it, but with nothing of this machine's settings. */
const git = (cwd: string, args: string[], authorization = basic()) =>
  run('git', args, {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: '3',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
      GIT_CONFIG_KEY_1: 'user.name',
      GIT_CONFIG_VALUE_1: 'test',
      GIT_CONFIG_KEY_2: 'user.email',
      GIT_CONFIG_VALUE_2: 'test@example.org',
    },
  }).then(({ stdout }) => stdout.trim());

async function worktree() {
  const work = await mkdtemp(join(directory, 'work-'));
  await git(work, ['init', '-q', '-b', 'main']);
  await writeFile(join(work, 'a.yaml'), 'a: 1\n'.repeat(5000));
  await git(work, ['add', '.']);
  await git(work, ['commit', '-qm', 'one']);
  return { work, sha: await git(work, ['rev-parse', 'HEAD']) };
}

test('create, push, clone: the same commit; delete: gone', async () => {
  expect((await call('/orgs', 'POST', { username: 'sovereign' })).status).toBe(201);
  expect((await call('/orgs/sovereign/repos', 'POST', { name: 'fleet', private: true })).status).toBe(201);
  expect((await call('/orgs/sovereign/repos', 'POST', { name: 'fleet' })).status).toBe(409);
  const { work, sha } = await worktree();
  const url = `${server.endpoint}/sovereign/fleet.git`;
  await git(work, ['push', '-q', url, 'main']);
  expect(pushes).toEqual(['fleet']);
  const clone = join(directory, 'clone');
  await git(directory, ['clone', '-q', url, clone]);
  expect(await git(clone, ['rev-parse', 'HEAD'])).toBe(sha);
  // only the push changed something
  const changing = lines.filter((line) => line.path.includes('fleet.git') && line.mutating).map((line) => line.path);
  expect(changing).toEqual(['/sovereign/fleet.git/git-receive-pack']);
  expect((await call('/repos/sovereign/fleet', 'DELETE')).status).toBe(204);
  await expect(git(directory, ['ls-remote', url])).rejects.toThrow(/not found/i);
});

test('nobody pushes without an account, nor reads what is private; an old password is refused', async () => {
  await call('/user/repos', 'POST', { name: 'secret', private: true });
  const { work } = await worktree();
  const url = `${server.endpoint}/root-admin/secret.git`;
  await expect(git(work, ['push', url, 'main:other'], basic('wrong'))).rejects.toThrow(/could not read Username/);
  expect((await call('/repos/root-admin/secret', 'GET', undefined, '')).status).toBe(404);
  expect((await call('/user', 'GET', undefined, basic('wrong'))).status).toBe(401);
  password = 'pw-2';
  expect((await call('/user', 'GET', undefined, basic('pw-1'))).status).toBe(401);
  expect((await call('/user')).status).toBe(200);
  expect(pushes).toEqual([]);
});

test('an access token works in place of the password until it is taken away', async () => {
  const made = await (await call('/users/root-admin/tokens', 'POST', { name: 'flux', scopes: ['all'] })).json();
  const authorization = `token ${made.sha1}`;
  expect((await call('/user', 'GET', undefined, authorization)).status).toBe(200);
  await call('/user/repos', 'POST', { name: 'r', private: true }, authorization);
  const asFlux = `Basic ${Buffer.from(`flux:${made.sha1}`).toString('base64')}`;
  const { work } = await worktree();
  await git(work, ['push', '-q', `${server.endpoint}/root-admin/r.git`, 'main'], asFlux);
  expect(await git(directory, ['ls-remote', `${server.endpoint}/root-admin/r.git`], asFlux)).toMatch(
    /refs\/heads\/main/,
  );
  expect((await call('/users/root-admin/tokens/flux', 'DELETE')).status).toBe(204);
  expect((await call('/user', 'GET', undefined, authorization)).status).toBe(401);
});

/** What is said to a Gitea: who may, organizations, repositories, a push, tokens, and what is not there. */
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createDialer } from '../../../src/tools/dialer/dialer.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { createGit } from '../../../src/tools/git/git-client.js';

export interface Turn {
  /** Names the turn in differences.ts; unique within the conversation. */
  id: string;
  method: string;
  /** Below the server's address. */
  path: string;
  /** Whose credentials: the administrator's when left out. */
  as?: 'nobody' | 'wrong password' | 'no such user' | 'token' | 'wrong token';
  body?: object;
  /** Fields of the answer, of each item when it is a list, that are compared. */
  pick?: readonly string[];
  /** Instead of a call: these files become the branch's, by git itself. */
  push?: { repository: string; branch: string; files: Readonly<Record<string, string>>; as?: 'wrong password' };
}

export interface Answer {
  status: number;
  out?: unknown;
}

export const administrator = { username: 'gitea_admin', password: 'talk-about-git-1' };

const repository = ['name', 'full_name', 'private', 'description', 'default_branch', 'owner.login', 'clone_url'];
const get = (id: string, path: string, pick?: readonly string[], as?: Turn['as']): Turn => ({
  ...{ id, method: 'GET', path: `/api/v1${path}`, pick, as },
});
const post = (id: string, path: string, body: object, pick?: readonly string[], as?: Turn['as']): Turn => ({
  ...{ id, method: 'POST', path: `/api/v1${path}`, body, pick, as },
});
const remove = (id: string, path: string): Turn => ({ id, method: 'DELETE', path: `/api/v1${path}` });
const base64 = (text: string) => Buffer.from(text).toString('base64');

export const turns: readonly Turn[] = [
  { id: 'is it well', method: 'GET', path: '/api/healthz', as: 'nobody', pick: ['status', 'description'] },
  get('which is it', '/version', ['version']),
  get('who am I', '/user', ['login', 'is_admin']),
  get('who is nobody', '/user', undefined, 'nobody'),
  get('who with a wrong password', '/user', undefined, 'wrong password'),
  get('who that is not there', '/user', undefined, 'no such user'),
  get('who with a wrong token', '/user', undefined, 'wrong token'),
  get('no such organization', '/orgs/talk'),
  post('organization by nobody', '/orgs', { username: 'talk' }, undefined, 'nobody'),
  post('organization', '/orgs', { username: 'talk', visibility: 'private' }, ['username', 'name']),
  post('organization again', '/orgs', { username: 'talk' }),
  post('organization that cannot be called so', '/orgs', { username: 'not a name' }),
  get('the organization', '/orgs/talk', ['username']),
  get('no such repository', '/repos/talk/fleet'),
  post('repository by nobody', '/orgs/talk/repos', { name: 'fleet' }, undefined, 'nobody'),
  post('repository', '/orgs/talk/repos', { name: 'fleet', private: true, default_branch: 'main' }, repository),
  post('repository again', '/orgs/talk/repos', { name: 'fleet' }),
  post('repository that cannot be called so', '/orgs/talk/repos', { name: 'not a name' }),
  post('repository where no organization is', '/orgs/nowhere/repos', { name: 'fleet' }),
  get('the repository', '/repos/talk/fleet', repository),
  get('the repository, asked by nobody', '/repos/talk/fleet', undefined, 'nobody'),
  get('repositories of the organization', '/orgs/talk/repos', repository),
  {
    id: 'push with a wrong password',
    method: 'PUSH',
    path: '',
    push: { repository: 'talk/fleet', branch: 'main', files: { a: '1\n' }, as: 'wrong password' },
  },
  {
    id: 'push',
    method: 'PUSH',
    path: '',
    push: { repository: 'talk/fleet', branch: 'main', files: { 'clusters/one.yaml': 'a: 1\n', two: '2' } },
  },
  { id: 'fetch by nobody', method: 'GET', path: '/talk/fleet.git/info/refs?service=git-upload-pack', as: 'nobody' },
  { id: 'fetch of none', method: 'GET', path: '/talk/none.git/info/refs?service=git-upload-pack' },
  post('token', '/users/gitea_admin/tokens', { name: 'talk', scopes: ['all'] }, ['name']),
  post('token again', '/users/gitea_admin/tokens', { name: 'talk', scopes: ['all'] }),
  get('who by token', '/user', ['login'], 'token'),
  remove('token removed', '/users/gitea_admin/tokens/talk'),
  remove('token removed again', '/users/gitea_admin/tokens/talk'),
  get('who by a removed token', '/user', undefined, 'token'),
  remove('organization with a repository', '/orgs/talk'),
  remove('repository removed', '/repos/talk/fleet'),
  remove('repository removed again', '/repos/talk/fleet'),
  remove('organization removed', '/orgs/talk'),
  post('repository of a user', '/user/repos', { name: 'own', private: true, auto_init: false }, repository),
  get('a way that is none', '/something/else'),
];

const { signal } = new AbortController();
const git = createGit({ exec: createExec(createRedactor()), dialer: createDialer({ connectTo: [] }), signal });

/** Says all of it to the Gitea at `endpoint`, whose host name is `host`; answers by the turns' ids. */
export async function hold(endpoint: string, host: string): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  let token = '';
  const headers = (as: Turn['as']): Record<string, string> => {
    const basic = (username: string, password: string) => ({
      authorization: `Basic ${base64(`${username}:${password}`)}`,
    });
    if (as === 'nobody') return {};
    if (as === 'wrong password') return basic(administrator.username, 'not-it');
    if (as === 'no such user') return basic('nobody', 'not-it');
    if (as === 'token') return { authorization: `token ${token}` };
    if (as === 'wrong token') return { authorization: `token ${'0'.repeat(40)}` };
    return basic(administrator.username, administrator.password);
  };
  for (const { id, method, path, as, body, pick, push } of turns) {
    if (push) {
      const remote = {
        url: `${endpoint}/${push.repository}.git`,
        ...administrator,
        ...(push.as ? { password: 'not-it' } : {}),
      };
      const files = Object.entries(push.files).map(([file, text]) => ({ path: file, text }));
      const pushed = await git.publish(remote, push.branch, files, 'pushed').catch(() => undefined);
      const read = pushed ? await git.read(remote, push.branch) : undefined;
      answers[id] = { status: pushed ? 0 : 1, out: read && { same: read.sha === pushed, files: [...read.files] } };
      continue;
    }
    const answer = await fetch(`${endpoint}${path}`, {
      method,
      headers: { ...headers(as), ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await answer.text();
    const value = readable(text);
    if (id === 'token') token = String((value as { sha1?: string }).sha1);
    answers[id] = {
      status: answer.status,
      ...(answer.ok && pick ? { out: picked(value, pick, endpoint, host) } : {}),
    };
  }
  return answers;
}

function picked(value: unknown, pick: readonly string[] | undefined, endpoint: string, host: string): unknown {
  if (!pick || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => picked(item, pick, endpoint, host));
  const at = (object: unknown, way: string[]): unknown =>
    way.reduce((found, key) => (found as Record<string, unknown> | undefined)?.[key], object);
  const shown = (found: unknown) =>
    typeof found === 'string'
      ? found.replace(endpoint, `https://${host}`).replace(endpoint.replace('http:', 'https:'), `https://${host}`)
      : found;
  return Object.fromEntries(pick.map((name) => [name, shown(at(value, name.split('.')))]));
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

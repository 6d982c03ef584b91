/** The lab's Gitea: its API (the part that others use of it) and smart HTTP, as one handler behind an ingress. */
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import type { LabHandler, LabRequest, LabResponse } from '../../requests/http-server.js';
import { type Account, type Accounts, createAccounts } from './accounts.js';
import { gitBackend } from './backend.js';
import { createRepositories, type Repositories, type Repository } from './repositories.js';
import { repositoryCall } from './repository-calls.js';

export interface Gitea {
  handler: LabHandler;
  repositories: Repositories;
  accounts: Accounts;
}

export interface GiteaOptions {
  /** Folder of the bare repositories. */
  directory: string;
  /** The administrator at this moment, as its Secret says; undefined: nobody. */
  admin: () => Promise<{ username: string; password: string } | undefined>;
  clock?: Clock;
  /** Told after every push that went through. */
  onPush?: (repository: Repository) => void;
}

export function createGitea({ directory, admin, clock = systemClock, onPush }: GiteaOptions): Gitea {
  const repositories = createRepositories(directory, () => clock.now());
  const accounts = createAccounts(admin);
  const handler: LabHandler = async (request) => {
    const path = decodeURIComponent(request.path);
    if (path === '/api/healthz') return json(200, { status: 'pass', description: 'Gitea' });
    if (path === '/api/v1/version') return json(200, { version: '1.26.0' });
    const user = await accounts.whoIs(request);
    const smart =
      /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/.exec(path);
    if (smart) return push(request, smart as unknown as string[], user);
    if (user === null) return json(401, { message: 'invalid username, password or token', url: '' });
    if (path.startsWith('/api/v1/')) {
      const response = await api(request, path.slice('/api/v1'.length), user, accounts, repositories);
      return response ?? json(404, { message: 'Not Found', url: '' });
    }
    if (path === '/') return { status: 200, headers: { 'content-type': 'text/html' }, body: '<title>Gitea</title>' };
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<title>Page Not Found</title>' };
  };

  async function push(request: LabRequest, match: string[], user: Account | null | undefined): Promise<LabResponse> {
    const [, owner = '', name = '', rest = ''] = match;
    const repository = repositories.find(owner, name);
    const writes = rest === 'git-receive-pack' || request.query.get('service') === 'git-receive-pack';
    const asks = { 'www-authenticate': 'Basic realm="Gitea"' };
    if (user === null || (!user && (writes || !repository || repository.private)))
      return { status: 401, headers: asks, body: 'Unauthorized\n' };
    if (!repository) return { status: 404, body: 'Not found.\n' };
    const path = `/${repository.owner}/${repository.name}.git/${rest}`;
    const response = await gitBackend(directory, path, request, user?.login);
    const pushed = rest === 'git-receive-pack';
    if (pushed && response.status === 200) onPush?.(repository);
    // asking for a pack is a POST too, but it changes nothing
    return { ...response, log: { mutating: pushed, object: `repository ${repository.owner}/${repository.name}` } };
  }

  return { handler, repositories, accounts };
}

export const json = (status: number, body?: object): LabResponse => (body ? { status, body } : { status });

async function api(
  request: LabRequest,
  path: string,
  user: Account | undefined,
  accounts: Accounts,
  repositories: Repositories,
): Promise<LabResponse | undefined> {
  const { method } = request;
  const body = bodyOf(request);
  if (!user && method !== 'GET') return json(401, { message: 'token is required', url: '' });
  const at = path.split('/').slice(1);
  if (path === '/user') return user ? json(200, accountBody(user)) : json(401, { message: 'token is required' });
  if (at[0] === 'users' && at[2] === 'tokens') return tokens(method, at[1]!, at[3], body, user, accounts);
  if (path === '/orgs' && method === 'POST') {
    const name = String(body['username'] ?? '');
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return json(422, { message: 'invalid organization name' });
    if (accounts.find(name)) return json(422, { message: `user already exists [name: ${name}]` });
    return json(201, accountBody(accounts.addOrganization(name)));
  }
  if (at[0] === 'orgs' && at.length === 2) {
    const found = accounts.find(at[1]!);
    if (!found?.organization) return undefined;
    if (method === 'GET') return json(200, accountBody(found));
    if (method !== 'DELETE') return undefined;
    if (repositories.all().some((one) => one.owner === found.login))
      return json(500, { message: 'organization still has repositories' });
    accounts.remove(found.login);
    return json(204);
  }
  return repositoryCall({ request, at, body, user, accounts, repositories });
}

function tokens(
  method: string,
  owner: string,
  id: string | undefined,
  body: Record<string, unknown>,
  user: Account | undefined,
  accounts: Accounts,
): LabResponse | undefined {
  if (!user || (user.login !== owner && !user.admin)) return json(403, { message: 'not yours' });
  if (method === 'POST') {
    const name = String(body['name'] ?? '');
    if (accounts.hasToken(owner, name)) return json(400, { message: 'access token name has been used already' });
    const token = accounts.addToken(owner, name);
    return json(201, { id: token.id, name, sha1: token.secret, token_last_eight: token.secret.slice(-8) });
  }
  if (method === 'DELETE' && id) return accounts.removeToken(owner, id) ? json(204) : undefined;
  return undefined;
}

const accountBody = (account: Account) => ({
  id: account.id,
  login: account.login,
  username: account.login,
  name: account.login,
  is_admin: account.admin,
});

function bodyOf(request: LabRequest): Record<string, unknown> {
  try {
    return JSON.parse(String(request.body) || '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
}

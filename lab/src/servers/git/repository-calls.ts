/** The `/repos`, `/orgs/{org}/repos` and `/user/repos` part of Gitea's API. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import type { Account, Accounts } from './accounts.js';
import type { CommitFacts, Repositories, Repository } from './repositories.js';

export interface RepositoryCall {
  request: LabRequest;
  /** Path below /api/v1, cut at its slashes. */
  at: string[];
  body: Record<string, unknown>;
  user: Account | undefined;
  accounts: Accounts;
  repositories: Repositories;
}

const json = (status: number, body?: object): LabResponse => (body ? { status, body } : { status });

/** Undefined: there is no such thing (404). */
export async function repositoryCall(call: RepositoryCall): Promise<LabResponse | undefined> {
  const { request, at, user, accounts, repositories } = call;
  const { method, query } = request;
  const path = at.join('/');
  const visible = repositories.all().filter((one) => !one.private || user);
  const shown = (list: Repository[]) =>
    json(
      200,
      list.map((one) => repositoryBody(one, request)),
    );
  if (path === 'user/repos' && method === 'POST') return create(call, user!.login);
  if (path === 'user/repos') return shown(visible.filter((one) => one.owner === user?.login));
  if (path === 'repos/search') {
    const found = visible.filter((one) => one.name.includes(query.get('q') ?? ''));
    return json(200, { ok: true, data: found.map((one) => repositoryBody(one, request)) });
  }
  if (at[0] === 'orgs' && at[2] === 'repos' && at.length === 3) {
    if (!accounts.find(at[1]!)?.organization) return undefined;
    if (method === 'POST') return create(call, at[1]!);
    return shown(visible.filter((one) => one.owner === at[1]));
  }
  if (at[0] !== 'repos' || !at[1] || !at[2]) return undefined;
  const repository = repositories.find(at[1], at[2]);
  if (!repository || (repository.private && !user)) return undefined;
  const response = await inside(call, repository, at.slice(3));
  return response && { ...response, log: { object: `repository ${repository.owner}/${repository.name}` } };
}

async function create({ body, repositories, request }: RepositoryCall, owner: string): Promise<LabResponse> {
  const name = String(body['name'] ?? '');
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return json(422, { message: 'invalid repository name' });
  if (repositories.find(owner, name))
    return json(409, { message: 'The repository with the same name already exists.' });
  const repository = await repositories.create(
    {
      owner,
      name,
      private: body['private'] === true,
      description: String(body['description'] ?? ''),
      defaultBranch: String(body['default_branch'] || 'main'),
    },
    body['auto_init'] === true,
  );
  return { ...json(201, repositoryBody(repository, request)), log: { object: `repository ${owner}/${name}` } };
}

async function inside(
  { request, body, user, repositories }: RepositoryCall,
  repository: Repository,
  at: string[],
): Promise<LabResponse | undefined> {
  const { method, query } = request;
  const [what, ...rest] = at;
  if (what === undefined) {
    if (method === 'GET') return json(200, repositoryBody(repository, request));
    if (method === 'DELETE') {
      await repositories.remove(repository);
      return json(204);
    }
    if (method !== 'PATCH') return undefined;
    if (typeof body['private'] === 'boolean') repository.private = body['private'];
    if (typeof body['description'] === 'string') repository.description = body['description'];
    if (typeof body['default_branch'] === 'string') repository.defaultBranch = body['default_branch'];
    return json(200, repositoryBody(repository, request));
  }
  if (what === 'branches' && method === 'GET') {
    const branches = await repositories.branches(repository);
    const details = branches.map(async ({ name, sha }) => {
      const commit = (await repositories.commits(repository, sha, 1))[0];
      return { name, commit: { id: sha, message: commit?.message ?? '', timestamp: commit?.date }, protected: false };
    });
    const all = await Promise.all(details);
    // as Go writes a list that was never begun
    if (all.length === 0 && rest.length === 0)
      return { status: 200, headers: { 'content-type': 'application/json' }, body: 'null' };
    if (rest.length === 0) return json(200, all);
    const one = all.find((branch) => branch.name === rest.join('/'));
    return one && json(200, one);
  }
  if (what === 'commits' && method === 'GET') {
    const revision = query.get('sha') ?? repository.defaultBranch;
    const commits = await repositories.commits(repository, revision, Number(query.get('limit') ?? 30));
    return json(200, commits.map(commitBody));
  }
  if (what === 'git' && rest[0] === 'commits' && rest[1]) {
    const commit = (await repositories.commits(repository, rest[1], 1))[0];
    return commit && json(200, commitBody(commit));
  }
  if (what === 'raw' && method === 'GET') {
    const found = await repositories.read(repository, query.get('ref') ?? repository.defaultBranch, rest.join('/'));
    return found && 'content' in found ? { status: 200, body: found.content } : undefined;
  }
  if (what === 'contents') return contents(request, body, user, repositories, repository, rest.join('/'));
  return undefined;
}

async function contents(
  request: LabRequest,
  body: Record<string, unknown>,
  user: Account | undefined,
  repositories: Repositories,
  repository: Repository,
  path: string,
): Promise<LabResponse | undefined> {
  const { method, query } = request;
  const branch = String(body['branch'] || repository.defaultBranch);
  if (method === 'GET') {
    const found = await repositories.read(repository, query.get('ref') ?? repository.defaultBranch, path);
    if (!found) return undefined;
    if (!('content' in found))
      return json(
        200,
        found.map((one) => ({ ...one, name: one.path.split('/').at(-1) })),
      );
    const content = found.content.toString('base64');
    return json(200, { type: 'file', path, sha: found.sha, size: found.content.length, encoding: 'base64', content });
  }
  const there = await repositories.read(repository, branch, path);
  const isFile = there !== undefined && 'content' in there;
  if (method === 'POST' && isFile) return json(422, { message: `repository file already exists [path: ${path}]` });
  if (method === 'DELETE' && !isFile) return undefined;
  if (method !== 'POST' && isFile && body['sha'] !== there.sha)
    return json(409, { message: `sha does not match [given: ${body['sha']}, expected: ${there.sha}]` });
  const content = method === 'DELETE' ? undefined : Buffer.from(String(body['content'] ?? ''), 'base64');
  const message = String(body['message'] || `${method === 'DELETE' ? 'Delete' : 'Write'} ${path}`);
  const sha = await repositories.write(repository, branch, path, content, message, user!.login);
  return json(method === 'POST' ? 201 : 200, { content: content ? { path } : null, commit: { sha, message } });
}

function repositoryBody(repository: Repository, request: LabRequest) {
  const base = `https://${request.headers.host ?? 'localhost'}/${repository.owner}/${repository.name}`;
  return {
    id: repository.id,
    name: repository.name,
    full_name: `${repository.owner}/${repository.name}`,
    owner: { login: repository.owner },
    private: repository.private,
    description: repository.description,
    default_branch: repository.defaultBranch,
    created_at: repository.created,
    html_url: base,
    clone_url: `${base}.git`,
  };
}

const commitBody = (commit: CommitFacts) => ({
  sha: commit.sha,
  created: commit.date,
  commit: { message: commit.message, author: { name: commit.author, email: commit.email, date: commit.date } },
});

/** The `/repos`, `/orgs/{org}/repos` and `/user/repos` part of Gitea's API, as far as catalyst calls it; files and commits it reads by git. */
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import type { Account, Accounts } from './accounts.js';
import type { Repositories, Repository } from './repositories.js';

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
  const { method } = request;
  if (at.join('/') === 'user/repos' && method === 'POST') return create(call, user!.login);
  if (at[0] === 'orgs' && at[2] === 'repos' && at.length === 3) {
    if (!accounts.find(at[1]!)?.organization) return undefined;
    if (method === 'POST') return create(call, at[1]!);
    const visible = repositories.all().filter((one) => one.owner === at[1] && (!one.private || user));
    return json(
      200,
      visible.map((one) => repositoryBody(one, request)),
    );
  }
  if (at[0] !== 'repos' || at.length !== 3) return undefined;
  const repository = repositories.find(at[1]!, at[2]!);
  if (!repository || (repository.private && !user)) return undefined;
  const log = { object: `repository ${repository.owner}/${repository.name}` };
  if (method === 'GET') return { ...json(200, repositoryBody(repository, request)), log };
  if (method !== 'DELETE') return undefined;
  await repositories.remove(repository);
  return { ...json(204), log };
}

async function create({ body, repositories, request }: RepositoryCall, owner: string): Promise<LabResponse> {
  const name = String(body['name'] ?? '');
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return json(422, { message: 'invalid repository name' });
  if (repositories.find(owner, name))
    return json(409, { message: 'The repository with the same name already exists.' });
  const repository = await repositories.create({
    owner,
    name,
    private: body['private'] === true,
    description: String(body['description'] ?? ''),
    defaultBranch: String(body['default_branch'] || 'main'),
  });
  return { ...json(201, repositoryBody(repository, request)), log: { object: `repository ${owner}/${name}` } };
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

/** Bare repositories on disk, `<root>/<owner>/<name>.git`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitFiles } from './commits.js';
import { gitIn, runGit } from './process.js';

export interface Repository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  description: string;
  defaultBranch: string;
  created: string;
}

export interface Repositories {
  readonly root: string;
  all(): Repository[];
  find(owner: string, name: string): Repository | undefined;
  create(repository: Omit<Repository, 'id' | 'created'>): Promise<Repository>;
  remove(repository: Repository): Promise<void>;
  /** One commit that holds these files (path → text), the first of a branch that is not there yet; its SHA. */
  writeAll(
    repository: Repository,
    branch: string,
    files: ReadonlyMap<string, string>,
    message: string,
    by: string,
  ): Promise<string>;
}

export function createRepositories(root: string, now: () => Date): Repositories {
  const kept = new Map<string, Repository>();
  let made = 0;
  const keyOf = (owner: string, name: string) => `${owner}/${name}`.toLowerCase();
  const folder = (repository: Repository) => join(root, repository.owner, `${repository.name}.git`);

  return {
    root,
    all: () => [...kept.values()],
    find: (owner, name) => kept.get(keyOf(owner, name)),
    async create(about) {
      const repository = { ...about, id: ++made, created: now().toISOString() };
      await runGit({
        args: ['init', '--quiet', '--bare', `--initial-branch=${about.defaultBranch}`, folder(repository)],
      });
      await gitIn(folder(repository))(['config', 'http.receivepack', 'true']);
      kept.set(keyOf(about.owner, about.name), repository);
      return repository;
    },
    async remove(repository) {
      kept.delete(keyOf(repository.owner, repository.name));
      await rm(folder(repository), { recursive: true, force: true });
    },
    writeAll: (repository, branch, files, message, by) =>
      commitFiles(gitIn(folder(repository)), { branch, message, by, date: now() }, files),
  };
}

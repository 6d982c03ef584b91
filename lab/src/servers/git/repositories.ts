/** Bare repositories on disk, `<root>/<owner>/<name>.git`, and what Gitea's API reads and writes in them. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commitFile, commitFiles } from './commits.js';
import { type Git, gitIn, orUndefined, runGit } from './process.js';

export interface Repository {
  id: number;
  owner: string;
  name: string;
  private: boolean;
  description: string;
  defaultBranch: string;
  created: string;
}

export interface CommitFacts {
  sha: string;
  message: string;
  author: string;
  email: string;
  date: string;
}

export interface Repositories {
  readonly root: string;
  all(): Repository[];
  find(owner: string, name: string): Repository | undefined;
  create(repository: Omit<Repository, 'id' | 'created'>, initial?: boolean): Promise<Repository>;
  remove(repository: Repository): Promise<void>;
  branches(repository: Repository): Promise<{ name: string; sha: string }[]>;
  /** Newest first; empty when the revision is not there. */
  commits(repository: Repository, revision: string, limit: number): Promise<CommitFacts[]>;
  /** The file, the names below a folder, or undefined. */
  read(
    repository: Repository,
    revision: string,
    path: string,
  ): Promise<{ sha: string; content: Buffer } | { path: string; type: 'file' | 'dir'; sha: string }[] | undefined>;
  /** One commit that holds these files (path → text), the first of a branch that is not there yet; its SHA. */
  writeAll(
    repository: Repository,
    branch: string,
    files: ReadonlyMap<string, string>,
    message: string,
    by: string,
  ): Promise<string>;
  /** Commits one changed file (undefined: removed) on a branch; the commit's SHA. */
  write(
    repository: Repository,
    branch: string,
    path: string,
    content: Buffer | undefined,
    message: string,
    by: string,
  ): Promise<string>;
}

export function createRepositories(root: string, now: () => Date): Repositories {
  const kept = new Map<string, Repository>();
  let made = 0;
  const keyOf = (owner: string, name: string) => `${owner}/${name}`.toLowerCase();
  const folder = (repository: Repository) => join(root, repository.owner, `${repository.name}.git`);
  const onDisk = (repository: Repository): Git => gitIn(folder(repository));
  const git = (repository: Repository, args: string[]) => onDisk(repository)(args);

  const repositories: Repositories = {
    root,
    all: () => [...kept.values()],
    find: (owner, name) => kept.get(keyOf(owner, name)),
    async create(about, initial = false) {
      const repository = { ...about, id: ++made, created: now().toISOString() };
      await runGit({
        args: ['init', '--quiet', '--bare', `--initial-branch=${about.defaultBranch}`, folder(repository)],
      });
      await git(repository, ['config', 'http.receivepack', 'true']);
      kept.set(keyOf(about.owner, about.name), repository);
      if (initial) {
        const text = Buffer.from(`# ${about.name}\n`);
        await repositories.write(repository, about.defaultBranch, 'README.md', text, 'Initial commit', about.owner);
      }
      return repository;
    },
    async remove(repository) {
      kept.delete(keyOf(repository.owner, repository.name));
      await rm(folder(repository), { recursive: true, force: true });
    },
    async branches(repository) {
      const text = await git(repository, ['for-each-ref', '--format=%(refname:short) %(objectname)', 'refs/heads']);
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ name: line.slice(0, line.lastIndexOf(' ')), sha: line.slice(line.lastIndexOf(' ') + 1) }));
    },
    async commits(repository, revision, limit) {
      const format = '%H%x1f%B%x1f%an%x1f%ae%x1f%aI%x1e';
      const args = ['log', `--max-count=${limit}`, `--format=${format}`, '--end-of-options', revision];
      const text = (await orUndefined(git(repository, args))) ?? '';
      return text
        .split('\x1e')
        .map((line) => line.trimStart())
        .filter(Boolean)
        .map((line) => {
          const [sha = '', message = '', author = '', email = '', date = ''] = line.split('\x1f');
          return { sha, message, author, email, date };
        });
    },
    async read(repository, revision, path) {
      const object = `${revision}:${path}`;
      const type = (await orUndefined(git(repository, ['cat-file', '-t', object])))?.trim();
      if (type === 'blob') {
        const sha = (await git(repository, ['rev-parse', object])).trim();
        const content = await runGit({ args: ['--git-dir', folder(repository), 'cat-file', 'blob', object] });
        return { sha, content };
      }
      if (type !== 'tree') return undefined;
      const text = await git(repository, ['ls-tree', object]);
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => {
          const [meta = '', name = ''] = line.split('\t');
          const [, kind, sha = ''] = meta.split(' ');
          return { path: path ? `${path}/${name}` : name, type: kind === 'tree' ? 'dir' : 'file', sha };
        });
    },
    writeAll: (repository, branch, files, message, by) =>
      commitFiles(onDisk(repository), { branch, message, by, date: now() }, files),
    write: (repository, branch, path, content, message, by) =>
      commitFile(onDisk(repository), { branch, message, by, date: now() }, path, content),
  };
  return repositories;
}

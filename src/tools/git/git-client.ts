/** git by its binary. Credentials, proxy and trust go in by environment (GIT_CONFIG_*): nothing of them in a URL, argv or file of the user. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import { openConnectProxy } from '../dialer/connect-proxy.js';
import type { Dialer } from '../dialer/dialer.js';
import { proxyActions } from '../dialer/proxy-refusal.js';
import type { Exec } from '../exec/exec.js';
import type { Commit, Git, GitRemote, GitWriter } from './git.js';

export interface GitOptions {
  exec: Exec;
  dialer: Dialer;
  signal: AbortSignal;
  /** Where clones are made, each in a folder that goes afterwards; default the system's temporary folder. */
  folder?: () => string;
}

/** Runs git in a folder of its own; answers stdout without the last line end. */
type RunGit = (args: readonly string[], stdin?: string, okCodes?: readonly number[]) => Promise<string>;

const author = { name: 'catalyst', email: 'catalyst@openova.io' };
const timeoutMs = 120_000;
/** How often a change is built anew on what others pushed. */
const attempts = 5;

export function createGit({ exec, dialer, signal, folder: folderOf = tmpdir }: GitOptions): Git & GitWriter {
  async function inFolder<T>(remote: GitRemote, work: (git: RunGit, folder: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(folderOf(), 'catalyst-git-'));
    const proxy = dialer.ruled(remote.url) ? await openConnectProxy(dialer) : undefined;
    try {
      const tree = join(folder, 'tree');
      await mkdir(tree);
      const ca = join(folder, 'ca.pem');
      const authorities = dialer.authoritiesFile();
      if (authorities) await writeFile(ca, authorities, { mode: 0o600 });
      const trust = authorities ? { GIT_SSL_CAINFO: ca } : {};
      // The ways of our own proxy are the dialer's, which looks at NO_PROXY itself.
      const ways = proxy ? { NO_PROXY: '', no_proxy: '' } : {};
      const env = { ...environment(settings(remote, proxy?.url)), ...trust, ...ways, HOME: folder };
      const git: RunGit = async (args, stdin, okCodes) => {
        const { stdout } = await exec({ file: 'git', args, stdin, env, cwd: tree, signal, timeoutMs, okCodes });
        return stdout.replace(/\n$/, '');
      };
      await git(['init', '-q', '-b', 'main']);
      await requireOwnClone(git, tree);
      return await work(git, tree);
    } catch (error) {
      const why = proxy?.failure();
      if (!why || !isCatalystError(error)) throw error;
      const actions = [...proxyActions(why), ...error.actions];
      throw fail(error.code, `${error.message} ${why}`, { cause: error, actions, data: error.data });
    } finally {
      await proxy?.close();
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    version: async () => (await exec({ file: 'git', args: ['--version'], timeoutMs: 10_000 })).stdout.trim(),
    publish: (remote, branch, files, message) =>
      inFolder(remote, async (git, folder) => {
        const parent = await fetchHead(git, remote, branch);
        for (const { path, text } of files) {
          const to = join(folder, safePath(path));
          await mkdir(dirname(to), { recursive: true });
          await writeFile(to, text);
        }
        await git(['add', '--all', '--force', '.']);
        return pushIndex(git, remote, branch, parent, message);
      }),
    change: (remote, branch, changes, message) =>
      inFolder(remote, async (git) => {
        for (let attempt = 1; ; attempt++) {
          const parent = await requireHead(git, remote, branch);
          await git(['read-tree', parent]);
          for (const { path, text } of changes) {
            const at = safePath(path);
            const blob = text === undefined ? undefined : await git(['hash-object', '-w', '--stdin'], text);
            await git([
              'update-index',
              ...(blob ? ['--add', '--cacheinfo', `100644,${blob},${at}`] : ['--force-remove', at]),
            ]);
          }
          try {
            return await pushIndex(git, remote, branch, parent, message);
          } catch (error) {
            const moved = (await remoteHead(git, remote, branch)) !== parent;
            if (!moved || attempt === attempts) throw error;
          }
        }
      }),
    head: (remote, branch) => inFolder(remote, (git) => remoteHead(git, remote, branch)),
    read: (remote, branch) =>
      inFolder(remote, async (git, folder) => {
        const sha = await requireHead(git, remote, branch);
        await git(['checkout', '-q', '--detach', sha]);
        return { sha, files: await readTree(folder) };
      }),
    history: (remote, branch) =>
      inFolder(remote, async (git) => {
        if (branch !== undefined && !(await remoteHead(git, remote, branch))) return [];
        const refs = branch === undefined ? 'refs/*' : `refs/heads/${branch}`;
        await git(['fetch', '-q', remote.url, `+${refs}:${refs.replace('refs/', 'refs/there/')}`]);
        return parseLog(await git(['log', '--all', `--format=${logFormat}`]));
      }),
    copyTo: (remote, folder) =>
      inFolder(remote, async (git) => {
        // git works in a folder of its own, which goes afterwards.
        const copy = resolve(folder);
        await git(['clone', '-q', '--mirror', remote.url, copy]);
        await requireWhole(git, remote, copy);
      }),
    moveBack: (remote, branch, from, to) =>
      inFolder(remote, async (git) => {
        const ref = `refs/heads/${branch}`;
        await git(['fetch', '-q', remote.url, ref]);
        await git(['push', '-q', `--force-with-lease=${ref}:${from}`, remote.url, `${to}:${ref}`]);
        const head = await remoteHead(git, remote, branch);
        if (head === to) return;
        throw fail('E3005', `git moved branch "${branch}" of ${remote.url} to ${to}, but it is at ${head}.`, {
          actions: [`git ls-remote ${remote.url} ${branch}`],
          data: { head, ambiguous: true },
        });
      }),
  };
}

/** What follows writes an index and pushes it: never before git has said that it works on the clone and on nothing else. */
async function requireOwnClone(git: RunGit, tree: string): Promise<void> {
  const asked = await git(['rev-parse', '--path-format=absolute', '--git-dir', '--show-toplevel']);
  const [repository = '', top = ''] = asked.split('\n');
  const own = await realpath(tree);
  if (repository === join(own, '.git') && top === own) return;
  throw fail('E3005', `git works on ${repository || 'no repository'} instead of the clone that catalyst made.`, {
    actions: ['git config --list --show-origin'],
    data: { repository, top },
  });
}

/** Every head of the remote is in the copy. */
async function requireWhole(git: RunGit, remote: GitRemote, copy: string): Promise<void> {
  const listed = (await git(['ls-remote', '--heads', remote.url])).split('\n').filter(Boolean);
  for (const line of listed) await git(['--git-dir', copy, 'cat-file', '-e', line.split(/\s/)[0]!]);
}

async function remoteHead(git: RunGit, remote: GitRemote, branch: string): Promise<string | undefined> {
  const listed = await git(['ls-remote', '--heads', remote.url, `refs/heads/${branch}`]);
  return listed.split(/\s/)[0] || undefined;
}

async function fetchHead(git: RunGit, remote: GitRemote, branch: string): Promise<string | undefined> {
  const sha = await remoteHead(git, remote, branch);
  if (sha) await git(['fetch', '-q', '--depth=1', remote.url, `refs/heads/${branch}`]);
  return sha && git(['rev-parse', 'FETCH_HEAD']);
}

async function requireHead(git: RunGit, remote: GitRemote, branch: string): Promise<string> {
  const sha = await fetchHead(git, remote, branch);
  if (sha) return sha;
  throw fail('E3002', `The repository ${remote.url} has no branch "${branch}".`, {
    actions: ['Check spec.gitops.branch'],
  });
}

/** Commits what the index holds and pushes it, unless `parent` holds the same; the SHA of the branch's head then. */
async function pushIndex(
  git: RunGit,
  remote: GitRemote,
  branch: string,
  parent: string | undefined,
  message: string,
): Promise<string> {
  const tree = await git(['write-tree']);
  if (parent && tree === (await git(['rev-parse', `${parent}^{tree}`]))) return parent;
  const commit = await git(['commit-tree', tree, ...(parent ? ['-p', parent] : []), '-F', '-'], `${message}\n`);
  await git(['push', '-q', remote.url, `${commit}:refs/heads/${branch}`]);
  await requirePushed(git, remote, branch, commit);
  return commit;
}

/** The remote itself says what its branch holds now: this commit, or one that somebody else put on top of it since. */
async function requirePushed(git: RunGit, remote: GitRemote, branch: string, commit: string): Promise<void> {
  const head = await remoteHead(git, remote, branch);
  if (head === commit) return;
  const above = head !== undefined && (await isAbove(git, remote, branch, commit));
  if (above) return;
  throw fail('E3005', `git pushed ${commit} to ${remote.url}, whose branch "${branch}" is at ${head ?? 'nothing'}.`, {
    actions: [`git ls-remote ${remote.url} ${branch}`],
    data: { commit, head, ambiguous: true },
  });
}

async function isAbove(git: RunGit, remote: GitRemote, branch: string, commit: string): Promise<boolean> {
  await git(['fetch', '-q', '--depth=100', remote.url, `refs/heads/${branch}`]);
  const commits = (await git(['rev-list', 'FETCH_HEAD'])).split('\n');
  return commits.includes(commit);
}

const logFormat = '%H%x1f%an <%ae>%x1f%aI%x1f%ce%x1f%s';

/** Newest first; a commit is catalyst's by its committer, whom a change by anybody else replaces. */
function parseLog(text: string): Commit[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', by = '', at = '', committer = '', subject = ''] = line.split('\x1f');
      return { sha, author: by, at, subject, own: committer === author.email };
    });
}

async function readTree(folder: string): Promise<Map<string, string>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, string>();
  for (const entry of found) {
    const path = relative(folder, join(entry.parentPath, entry.name));
    if (entry.isFile() && path.split('/')[0] !== '.git') files.set(path, await readFile(join(folder, path), 'utf8'));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A path of the tree may not leave it, nor name git's own folder. */
function safePath(path: string): string {
  const plain = normalize(path);
  const bad = plain.startsWith('/') || plain.split('/').some((part) => part === '..' || part.toLowerCase() === '.git');
  if (bad) throw fail('E9001', `"${path}" is not a path inside a repository.`);
  return plain;
}

/** Pure: git settings for one remote, in the order they are given. */
export function settings({ username, password }: GitRemote, proxy: string | undefined): [string, string][] {
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  return [
    // a public repository refuses a login that is empty
    ...(username === '' && password === ''
      ? []
      : ([['http.extraHeader', `Authorization: Basic ${basic}`]] as [string, string][])),
    ['credential.helper', ''],
    ['http.followRedirects', 'false'],
    ['core.autocrlf', 'false'],
    ['core.symlinks', 'false'],
    ['core.hooksPath', '/dev/null'],
    ...(proxy
      ? ([
          ['http.proxy', proxy],
          ['http.proxyAuthMethod', 'basic'],
        ] as [string, string][])
      : []),
  ];
}

function environment(config: readonly [string, string][]): Record<string, string> {
  const numbered = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(numbered),
    GIT_CONFIG_COUNT: String(config.length),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: 'true',
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_COMMITTER_NAME: author.name,
    GIT_COMMITTER_EMAIL: author.email,
    LC_ALL: 'C',
  };
}

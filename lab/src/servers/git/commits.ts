/** Commits on a branch of a bare repository, without a checkout. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Git, orUndefined } from './process.js';

export interface Commit {
  branch: string;
  message: string;
  by: string;
  date: Date;
}

/** One commit that holds these files (path → text), the first of a branch that is not there yet; its SHA. */
export async function commitFiles(
  git: Git,
  { branch, message, by, date }: Commit,
  files: ReadonlyMap<string, string>,
): Promise<string> {
  // fast-import takes any number of files in one process
  const commit = [
    `commit refs/heads/${branch}`,
    `committer ${by} <${by}@noreply.localhost> ${Math.floor(date.getTime() / 1000)} +0000`,
    `data ${Buffer.byteLength(message)}\n${message}`,
    ...[...files].map(([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}`),
    'done',
  ];
  await git(['fast-import', '--quiet', '--done'], { stdin: Buffer.from(`${commit.join('\n')}\n`) });
  return (await git(['rev-parse', `refs/heads/${branch}`])).trim();
}

/** Commits one changed file (undefined: removed); the commit's SHA. */
export async function commitFile(
  git: Git,
  { branch, message, by, date }: Commit,
  path: string,
  content: Buffer | undefined,
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'lab-index-'));
  try {
    const env = {
      GIT_INDEX_FILE: join(scratch, 'index'),
      GIT_AUTHOR_NAME: by,
      GIT_AUTHOR_EMAIL: `${by}@noreply.localhost`,
      GIT_COMMITTER_NAME: by,
      GIT_COMMITTER_EMAIL: `${by}@noreply.localhost`,
      GIT_AUTHOR_DATE: date.toISOString(),
      GIT_COMMITTER_DATE: date.toISOString(),
    };
    const parent = (await orUndefined(git(['rev-parse', '--verify', `refs/heads/${branch}`])))?.trim();
    if (parent) await git(['read-tree', parent], { env });
    const blob = content ? (await git(['hash-object', '-w', '--stdin'], { stdin: content })).trim() : undefined;
    const change = blob ? ['--add', '--cacheinfo', `100644,${blob},${path}`] : ['--force-remove', path];
    await git(['update-index', ...change], { env });
    const tree = (await git(['write-tree'], { env })).trim();
    const parents = parent ? ['-p', parent] : [];
    const sha = (await git(['commit-tree', tree, ...parents, '-m', message], { env })).trim();
    await git(['update-ref', `refs/heads/${branch}`, sha]);
    return sha;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

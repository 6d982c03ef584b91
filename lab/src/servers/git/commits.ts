/** Commits on a branch of a bare repository, without a checkout. */
import type { Git } from './process.js';

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

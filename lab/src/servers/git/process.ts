/** Runs the real git for the lab's Git server: bytes in, bytes out (packs are no text, so src/tools/exec does not fit). */
import { spawn } from 'node:child_process';

export interface GitRun {
  args: readonly string[];
  cwd?: string;
  env?: Record<string, string>;
  stdin?: Buffer;
}

export class GitFailed extends Error {}

/** stdout of one git call. Throws GitFailed with what git said. */
export function runGit({ args, cwd, env, stdin }: GitRun): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, {
      cwd,
      env: { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', ...env },
      stdio: 'pipe',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(Buffer.concat(out))
        : reject(new GitFailed(`git ${args[0]}: ${Buffer.concat(err).toString().trim() || `exit ${code}`}`)),
    );
    // git may end before it has read everything
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? Buffer.alloc(0));
  });
}

/** Git in one repository, its output as text. */
export type Git = (args: readonly string[], more?: Pick<GitRun, 'stdin' | 'env'>) => Promise<string>;

export const gitIn =
  (folder: string): Git =>
  async (args, more = {}) =>
    (await runGit({ args: ['--git-dir', folder, ...args], ...more })).toString();

/** Undefined where git failed, as for a revision that is not there. */
export async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof GitFailed) return undefined;
    throw error;
  }
}

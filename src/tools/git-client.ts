/** git through the git binary in a throw-away clone (git.ts says the contract). */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fail } from '../support/errors.js';
import { openConnectProxy } from './connect-proxy.js';
import type { ConnectRule } from './connect-to.js';
import type { Exec } from './exec.js';
import type { Git, GitRemote } from './git.js';

export interface GitOptions {
  exec: Exec;
  connectTo: readonly ConnectRule[];
  caBundle?: string;
  signal: AbortSignal;
}

type Run = (args: readonly string[], cwd: string) => Promise<string>;

export function createGit(options: GitOptions): Git {
  const inClone = async <T>(remote: GitRemote, work: (run: Run, folder: string) => Promise<T>): Promise<T> => {
    const folder = await mkdtemp(join(tmpdir(), 'catalyst-git-'));
    const proxy = options.connectTo.length > 0 ? await openConnectProxy(options.connectTo) : undefined;
    try {
      const env = await environment(options, remote, folder, proxy?.url);
      const run: Run = async (args, cwd) =>
        (await options.exec({ file: 'git', args, cwd, env, signal: options.signal, timeoutMs: 60_000 })).stdout;
      const clone = join(folder, 'clone');
      await mkdir(clone);
      return await work(run, clone);
    } finally {
      await proxy?.close();
      await rm(folder, { recursive: true, force: true });
    }
  };

  const head = (remote: GitRemote, branch: string) =>
    inClone(remote, async (run, folder) => {
      const listed = await run(['ls-remote', '--heads', remote.url, branch], folder);
      return listed.split(/\s/)[0] || undefined;
    });

  const checkout = async (run: Run, folder: string, remote: GitRemote, branch: string): Promise<boolean> => {
    await run(['init', '--quiet', '--initial-branch', branch], folder);
    const listed = await run(['ls-remote', '--heads', remote.url, branch], folder);
    if (listed.trim() === '') return false;
    await run(['fetch', '--quiet', '--depth', '1', remote.url, branch], folder);
    await run(['reset', '--quiet', '--hard', 'FETCH_HEAD'], folder);
    return true;
  };

  return {
    head,
    publish: (remote, branch, files, message) =>
      inClone(remote, async (run, folder) => {
        await checkout(run, folder, remote, branch);
        for (const name of await readdir(folder)) {
          if (name !== '.git') await rm(join(folder, name), { recursive: true, force: true });
        }
        for (const file of files) {
          const path = join(folder, file.path);
          if (!path.startsWith(`${folder}/`))
            throw fail('E9001', `A file of the tree would lie outside of it: ${file.path}`);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, file.text);
        }
        await run(['add', '--all'], folder);
        const changed = (await run(['status', '--porcelain'], folder)).trim() !== '';
        if (changed) {
          await run(['commit', '--quiet', '--message', message], folder);
          await run(['push', '--quiet', remote.url, `HEAD:refs/heads/${branch}`], folder);
        }
        return (await run(['rev-parse', 'HEAD'], folder)).trim();
      }),
    read: (remote, branch) =>
      inClone(remote, async (run, folder) => {
        const files = new Map<string, string>();
        if (!(await checkout(run, folder, remote, branch)))
          throw fail('E3002', `${remote.url} has no branch ${branch}.`);
        const sha = (await run(['rev-parse', 'HEAD'], folder)).trim();
        for (const path of (await run(['ls-files', '-z'], folder)).split('\0').filter(Boolean)) {
          files.set(path, await readFile(join(folder, path), 'utf8'));
        }
        return { sha, files };
      }),
  };
}

/** Credentials, proxy and authorities by environment: nothing of them stands in argv or in a URL. */
async function environment(options: GitOptions, remote: GitRemote, folder: string, proxy: string | undefined) {
  const authorization = `Authorization: Basic ${Buffer.from(`${remote.username}:${remote.password}`).toString('base64')}`;
  const config: [string, string][] = [
    ['http.extraHeader', authorization],
    ['user.name', 'catalyst'],
    ['user.email', 'catalyst@localhost'],
    ['commit.gpgSign', 'false'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '30'],
  ];
  if (proxy) config.push(['http.proxy', proxy]);
  if (options.caBundle) {
    const { rootCertificates } = await import('node:tls');
    const bundle = join(folder, 'ca.pem');
    await writeFile(bundle, [...rootCertificates, options.caBundle].join('\n'), { mode: 0o600 });
    config.push(['http.sslCAInfo', bundle]);
  }
  const pairs = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...Object.fromEntries(pairs),
    GIT_CONFIG_COUNT: String(config.length),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
  } as Record<string, string>;
}

/** What the stories on real engines have in common: the CLI with the engine chosen, and kubectl by hand. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createRedactor } from '../../src/support/redact.js';
import { createBinaries } from '../../src/tools/binaries.js';
import { createExec } from '../../src/tools/exec.js';
import { type Catalyst, catalystAtHome, type LabInfo } from '../lab/catalyst.js';

export const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

export const catalystOnEngines = (story: string): Catalyst =>
  catalystAtHome(story, { CATALYST_ENGINE: 'kubernetes', XDG_CACHE_HOME: cache });

const run = promisify(execFile);
const binaries = createBinaries({
  exec: createExec(createRedactor()),
  env: process.env,
  cacheDir: join(cache, 'catalyst'),
});

/** One kubectl call by hand; what it says. */
export async function kubectlText(kubeconfig: string, args: readonly string[]): Promise<string> {
  const file = await binaries.path('kubectl');
  const { stdout } = await run(file, ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

export async function apply(kubeconfig: string, object: object, flags: readonly string[] = []): Promise<void> {
  const file = await binaries.path('kubectl');
  const running = run(file, ['--kubeconfig', kubeconfig, 'apply', ...flags, '-f', '-']);
  running.child.stdin?.end(JSON.stringify(object));
  await running;
}

/** Resolves once `holds` does; the test's own timeout is the deadline. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await Promise.resolve(holds()).catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 100));
}

/** One kubectl call by hand; its JSON. */
export async function kubectl<T>(kubeconfig: string, args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectlText(kubeconfig, [...args, '-o', 'json'])) as T;
}

/** Process ids of a cluster's programs, as its folder tells them. */
export function processesOf(directory: string): Record<string, number> {
  return JSON.parse(readFileSync(join(directory, 'processes.json'), 'utf8')) as Record<string, number>;
}

/** Name of the folder of the Sovereign's control plane; undefined before its first server runs. */
export const folderOfSovereign = (lab: LabInfo): string | undefined =>
  readdirSync(join(dirname(lab.spec), 'engines')).find((name) => name.startsWith('sovereign-'));

export function runs(pid: number): boolean {
  try {
    // a process that ended and was not waited for yet is gone too
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

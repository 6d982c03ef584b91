/**
 * All tests of a run have one temporary folder, which goes when the run ends; what a killed run has left goes when the next one starts.
 * `CATALYST_KEEP_TEMPORARY=1` keeps it, to be looked at.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Short, because the path of a Unix socket holds 107 bytes. */
const nameOf = (pid: number) => `ct-${pid}-`;
const named = /^ct-(\d+)-\w{6}$/;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // somebody else's
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function remove(folder: string): void {
  const rm = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    rm();
  } catch {
    try {
      // a test has made a folder that nobody can write in
      execFileSync('chmod', ['-R', 'u+rwX', folder], { stdio: 'ignore' });
      rm();
    } catch (error) {
      // whatever still writes there has outlived its test: the next run removes it
      console.warn(`\nThe temporary folder of the tests could not be removed: ${(error as Error).message}`);
    }
  }
}

/** Removes from `base` what runs that are over have left. */
export function removeLeft(base: string): void {
  for (const name of readdirSync(base)) {
    const [, pid] = named.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(base, name));
  }
}

/** For vitest: once a run, before it starts its workers, which have the environment of this process. */
export default function setup(): () => void {
  const before = process.env.TMPDIR;
  const base = tmpdir();
  removeLeft(base);
  const folder = mkdtempSync(join(base, nameOf(process.pid)));
  process.env.TMPDIR = folder;
  let isLeft = true;
  const end = () => {
    if (!isLeft) return;
    isLeft = false;
    if (process.env.CATALYST_KEEP_TEMPORARY) console.warn(`\nThe temporary folder of the tests is kept: ${folder}`);
    else remove(folder);
  };
  // also where the run is interrupted or ended from outside
  process.once('exit', end);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      end();
      process.kill(process.pid, signal);
    });
  return () => {
    end();
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
}

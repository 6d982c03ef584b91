import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../../../../src/support/clock.js';
import { waitUntil } from '../../../../src/support/wait.js';

const built = join(import.meta.dirname, '../../../../dist/src/tools/exec/exec.js');
const signal = new AbortController().signal;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that nobody has waited for yet is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/**
 * Starts `script` through exec in a process that dies before it has seen the program start: once the file `ready` is there, still
 * inside of the call that spawns. Answers the folder.
 */
async function killedWhile(script: string): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'catalyst-orphans-'));
  const code = `
    import children from 'node:child_process';
    import { existsSync } from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { spawn } = children;
    children.spawn = (file, args, options) => {
      const child = spawn(file, args, options);
      if (!args.includes(${JSON.stringify(script)})) return child;
      while (!existsSync('ready'));
      process.kill(process.pid, 'SIGKILL');
    };
    syncBuiltinESMExports();
    const { createExec } = await import(${JSON.stringify(built)});
    await createExec({ redact: (text) => text })({ file: 'sh', args: ['-c', ${JSON.stringify(script)}] });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd, stdio: 'ignore' });
  expect((await once(parent, 'exit'))[1]).toBe('SIGKILL');
  return cwd;
}

const until = (reason: string, isSo: () => boolean) =>
  waitUntil({
    reason,
    timeoutMs: 60_000,
    clock: systemClock,
    signal,
    look: async () => (isSo() ? { done: true } : { pending: 'not yet' }),
  });

it('ends programs, and what they have started, when we are killed', async () => {
  const cwd = await killedWhile(
    'echo $$ > child; sh -c "sleep 300 & echo \\$! > grandchild; echo > ready; wait" & wait',
  );
  const pids = ['child', 'grandchild'].map((name) => Number(readFileSync(join(cwd, name), 'utf8')));
  await until('the end of both', () => !pids.some(isAlive));
  expect(pids).toHaveLength(2);
});

it('lets a program record that it failed first, and kills one that does not end', async () => {
  const recorded = await killedWhile('trap "echo > recorded; exit 1" TERM; echo > ready; sleep 300 & wait');
  await until('the record', () => readdirSync(recorded).includes('recorded'));
  const stubborn = await killedWhile('trap "" TERM; echo $$ > pid; echo > ready; while :; do sleep 1; done');
  const pid = Number(readFileSync(join(stubborn, 'pid'), 'utf8'));
  await until('the end of what does not end', () => !isAlive(pid));
  expect(isAlive(pid)).toBe(false);
});

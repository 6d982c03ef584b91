import { mkdtempSync, readdirSync, watch } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createExec, startProgram } from '../../../../src/tools/exec/exec.js';

const exec = createExec(createRedactor());

it('keeps programs out of reach of the terminal, whose ^C goes to the whole group of the one that started', async () => {
  const { stdout } = await exec({ file: 'sh', args: ['-c', 'echo $$ $(ps -o pgid= -p $$)'] });
  const [pid, group] = stdout.trim().split(' ');
  expect(group).toBe(pid);
});

it('ends them, and what they started, when it is told to, and says what it was told', async () => {
  const reason = new Error('interrupted');
  const stop = new AbortController();
  const running = exec({ file: 'sh', args: ['-c', 'cat & wait'], signal: stop.signal });
  stop.abort(reason);
  await expect(running).rejects.toBe(reason);
});

it('says which program is missing, and what a failing one said', async () => {
  await expect(exec({ file: 'no-such-program', args: [] })).rejects.toMatchObject({ code: 'E3001' });
  const failing = exec({ file: 'sh', args: ['-c', 'echo no room >&2; exit 3'] });
  await expect(failing).rejects.toMatchObject({ code: 'E3002', data: { exitCode: 3, stderr: 'no room' } });
  expect((await exec({ file: 'sh', args: ['-c', 'exit 3'], okCodes: [3] })).exitCode).toBe(3);
});

it('lets a program that is told to end do so in its own way, and kills it when that takes too long', async () => {
  const stopped = async (onEnd: string, graceMs: number) => {
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-exec-'));
    const stop = new AbortController();
    const watcher = watch(folder, (_, name) => name === 'ready' && stop.abort(new Error('interrupted')));
    const script = `tail -f /dev/null & trap '${onEnd}' TERM; echo > ready; wait`;
    const running = exec({ file: 'sh', args: ['-c', script], cwd: folder, signal: stop.signal, graceMs });
    await expect(running).rejects.toThrow('interrupted');
    watcher.close();
    return readdirSync(folder).sort();
  };
  expect(await stopped('echo > recorded; kill $!; exit 1', 60_000)).toEqual(['ready', 'recorded']);
  expect(await stopped('', 20)).toEqual(['ready']);
});

it('starts a server that gives way to us, also where we give way to others', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'catalyst-exec-'));
  const server = startProgram({ file: 'sleep', args: ['60'], env: {}, cwd, logFile: join(cwd, 'log'), niceness: 3 });
  expect(getPriority(server.pid)).toBe(Math.min(19, getPriority() + 3));
  server.kill('SIGKILL');
  expect(await server.ended).toBe('SIGKILL');
});

/** Processes whose machine loses its power end at once, stay down, and are the same programs when it is back. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from 'catalyst/support/clock.js';
import { afterEach, expect, it } from 'vitest';
import { type Children, createChildren } from '../../src/engines/children.js';

let directory: string;
let children: Children | undefined;
afterEach(async () => {
  await children?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('are held and released', async () => {
  directory = mkdtempSync(join(tmpdir(), 'catalyst-children-'));
  const clock = { ...systemClock, sleep: async () => undefined };
  const said: string[] = [];
  children = createChildren({ directory, clock, say: (text) => said.push(text) });
  const child = children.start('sleeper', { file: '/bin/sleep', args: ['600'] });
  const before = child.pid;
  await children.hold();
  await expect.poll(() => said).toEqual(['sleeper has lost its power']);
  expect([isAlive(before), child.pid]).toEqual([false, before]);
  children.release();
  await expect.poll(() => child.pid !== before && isAlive(child.pid)).toBe(true);
  process.kill(child.pid, 'SIGKILL');
  await expect.poll(() => said.at(-1)).toBe('sleeper ended with SIGKILL after its power came back, started again');
});

it('log a program that ended without being stopped', async () => {
  directory = mkdtempSync(join(tmpdir(), 'catalyst-children-'));
  const said: string[] = [];
  children = createChildren({ directory, clock: systemClock, say: (text) => said.push(text) });
  process.kill(children.start('sleeper', { file: '/bin/sleep', args: ['600'] }).pid, 'SIGKILL');
  await expect.poll(() => said).toEqual(['sleeper ended with SIGKILL, started again']);
});

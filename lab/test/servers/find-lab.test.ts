/** Whether a lab is up is told from its answer; being late is not being gone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryOf, findLab } from '../../src/start/ensure.js';

const name = 'late';
let home: string;
let env: Record<string, string>;
let server: Server;
let child: ChildProcess | undefined;
/** Connections that are cut before one is answered. */
let cuts: number;
let asked: number;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'find-lab-'));
  env = { XDG_STATE_HOME: home };
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    if (asked <= cuts) request.socket.destroy();
    else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

async function labOf(state: 'alive' | 'gone'): Promise<void> {
  const directory = directoryOf(env, name);
  mkdirSync(directory, { recursive: true });
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)', directory], { stdio: 'ignore' });
  await new Promise((resolve) => child!.once('spawn', resolve));
  if (state === 'gone') {
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  const { port } = server.address() as AddressInfo;
  const control = { endpoint: `http://127.0.0.1:${port}`, token: 'x' };
  writeFileSync(join(directory, 'lab.pid'), String(child.pid));
  writeFileSync(join(directory, 'lab.json'), JSON.stringify({ name, pid: child.pid, control }));
}

test('a lab that lives is asked again until it answers', async () => {
  cuts = 2;
  await labOf('alive');
  expect(await findLab(env, name)).toMatchObject({ name });
  expect(asked).toBeGreaterThan(2);
});

test('one that never answers is not up after all', async () => {
  cuts = Number.POSITIVE_INFINITY;
  await labOf('alive');
  expect(await findLab(env, name)).toBeUndefined();
});

test('what a dead process left behind is no lab, and is asked once', async () => {
  cuts = Number.POSITIVE_INFINITY;
  await labOf('gone');
  expect(await findLab(env, name)).toBeUndefined();
  const once = asked;
  await findLab(env, name);
  expect(asked).toBe(2 * once);
});

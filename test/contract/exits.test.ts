/** How the built CLI ends when it is stopped, with nothing of this person's environment but the PATH. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { specText } from '../fakes/sovereign-spec.js';

const bin = join(import.meta.dirname, '../../bin/run.js');
let home: string;
let silent: Server;
/** Resolves at the next connection to the server that never answers. */
const nextCall = () => new Promise<void>((resolve) => silent.once('connection', () => resolve()));

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args, '--state-dir', join(home, 'state')], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: home, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += data));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stderr })),
  );
  return { child, ended };
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'exits-'));
  writeFileSync(join(home, 'sovereign.yaml'), specText);
  silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  silent.close();
  rmSync(home, { recursive: true });
});

it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a command that only reads although the server it waits for never answers',
  { timeout: 30_000 },
  async (signal) => {
    const HCLOUD_ENDPOINT = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/v1`;
    const call = nextCall();
    const env = { HCLOUD_ENDPOINT, HCLOUD_TOKEN: 'a'.repeat(64), AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 's' };
    const { child, ended } = start(['purge', 'plan'], env);
    await call;
    child.kill(signal);
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining('E1901') });
  },
);

it.each([[['explain', 'spec.fqdn']], [['ticket', 'list']], [['blueprint', 'list', '--json']]])(
  '--timeout ends %j with 8',
  async (args) => {
    const { ended } = start([...args, '--timeout', '1ms']);
    expect((await ended).code).toBe(8);
  },
);

it.each([[['ticket', 'list']], [['ticket', 'list', '--json']], [['explain', 'spec']]])(
  'a closed output ends %j with 0',
  async (args) => {
    const { child, ended } = start(args);
    child.stdout.destroy();
    expect(await ended).toEqual({ code: 0, stderr: '' });
  },
);

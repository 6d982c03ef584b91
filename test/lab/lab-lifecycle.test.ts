/** A person starts labs by name, looks at them with foreign tools, breaks something, and takes them down again. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeLock } from '../../src/sovereign/state/lock.js';

const run = promisify(execFile);
const catalyst = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'labs-'));
});
afterAll(async () => {
  for (const name of ['one', 'two', 'generous']) await lab('down', name);
  await rm(home, { recursive: true, force: true });
});

const env = () => ({
  PATH: process.env['PATH'],
  HOME: home,
  XDG_STATE_HOME: join(home, 'state'),
  XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? home, '.cache'),
});

/** `catalyst lab … --json`: the document and the exit status. */
const lab = (...args: string[]) => labIn({}, ...args);

async function labIn(more: Record<string, string>, ...args: string[]) {
  const done = await run(process.execPath, [catalyst, 'lab', ...args, '--json'], { env: { ...env(), ...more } }).then(
    ({ stdout }) => ({ exit: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ exit: error.code, stdout: error.stdout }),
  );
  return { exit: done.exit, ...JSON.parse(done.stdout) };
}

test('up is idempotent, two labs stand side by side, each with its own ports, and down leaves nothing', async () => {
  expect((await lab('status', 'one')).exit).toBe(3);
  // at once: one of the three starts it, the others wait for it
  const ups = await Promise.all(['one', 'one', 'one', 'two'].map((name) => lab('up', name)));
  expect(ups.map(({ exit, error }) => error ?? exit)).toEqual([0, 0, 0, 0]);
  const [first, again, third, second] = ups;
  expect([again.result, third.result]).toEqual([first.result, first.result]);
  expect(first.result).toMatchObject({ name: 'one', engine: 'emulated' });
  for (const part of ['hetzner', 's3', 'mother', 'sovereign', 'dns', 'git', 'registry'])
    expect(first.result.endpoints[part]).not.toBe(second.result.endpoints[part]);
  for (const file of [first.result.spec, first.result.kubeconfigs.mother, first.result.requestLog, first.result.ca])
    expect(existsSync(file), file).toBe(true);

  const hetzner = (token: string) =>
    fetch(`${first.result.endpoints.hetzner}/servers`, { headers: { authorization: `Bearer ${token}` } });
  expect((await hetzner(first.result.credentials['hcloud-token'])).status).toBe(200);
  expect((await hetzner('wrong')).status).toBe(401);

  expect(
    (await lab('fault', 'status', '--lab', 'one', '--server', 'hetzner', '--status', '503', '--count', '1')).exit,
  ).toBe(0);
  expect((await hetzner(first.result.credentials['hcloud-token'])).status).toBe(503);
  expect((await hetzner(first.result.credentials['hcloud-token'])).status).toBe(200);
  expect((await lab('fault', 'no-such-fault', '--lab', 'one')).exit).toBe(2);

  const log = (await readFile(first.result.requestLog, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(log.filter((line) => line.server === 'hetzner').map((line) => line.status)).toEqual([200, 401, 503, 200]);

  expect((await lab('down', 'one')).result).toMatchObject({ stopped: true });
  expect((await lab('status', 'one')).exit).toBe(3);
  expect((await lab('status', 'two')).result).toMatchObject({ up: true, name: 'two' });
  await expect(hetzner('any')).rejects.toThrow();
  expect(await readdir(join(home, 'state', 'catalyst', 'labs'))).toEqual(['two']);
  expect((await lab('down', 'one')).result).toMatchObject({ stopped: false });
  expect((await lab('up', '../escape')).exit).toBe(2);
});

test('a command that only reads starts no lab; list shows what there is', async () => {
  const read = await run(process.execPath, [catalyst, 'status', '--lab', 'nowhere', '--json'], { env: env() }).catch(
    (error: { code: number; stdout: string }) => error,
  );
  expect(read).toMatchObject({ code: 2 });
  const { error } = JSON.parse(read.stdout) as { error: { code: string; message: string; actions: string[] } };
  expect(error).toMatchObject({ code: 'E7007', message: expect.stringMatching(/ lab up nowhere starts it/) });
  expect(error.actions[0]).toMatch(/lab up nowhere$/);
  const { result } = await lab('list');
  expect(result.map(({ name }: { name: string }) => name)).not.toContain('nowhere');
  expect(result).toContainEqual(expect.objectContaining({ name: 'two', up: true, engine: 'emulated', sovereigns: [] }));
});

test('down refuses while a run uses the lab, keeps its records, and deletes them only when that is asked for', async () => {
  const labs = join(home, 'state', 'catalyst', 'labs');
  const state = join(labs, 'two', 'state', 'omantel.omani.works');
  mkdirSync(join(state, 'evidence'), { recursive: true });
  writeFileSync(join(state, 'evidence', 'dod.json'), '{}');
  const running = takeLock(state, { command: 'catalyst wizard', run: 'r', by: 'me@here', now: new Date() });
  const refused = await lab('down', 'two');
  expect([refused.exit, refused.error.code]).toEqual([9, 'E1202']);
  expect(refused.error.message).toMatch(/"catalyst wizard" .* runs in the lab two/);
  const listed = (await lab('list')).result;
  expect(listed).toContainEqual(expect.objectContaining({ name: 'two', up: true, running: 'catalyst wizard' }));
  running.release();

  const { result } = await lab('down', 'two');
  expect(result.kept).toHaveLength(1);
  expect(await readdir(join(result.kept[0].to, 'omantel.omani.works', 'evidence'))).toEqual(['dod.json']);
  expect(await readdir(labs)).not.toContain('two');
  mkdirSync(join(state, 'evidence'), { recursive: true });
  writeFileSync(join(state, 'evidence', 'dod.json'), '{}');
  expect((await lab('down', 'two', '--delete-evidence')).result).not.toHaveProperty('kept');
  expect(existsSync(state)).toBe(false);
});

test('its Hetzner allows as many requests as whoever starts it says, and a number that is none starts nothing', async () => {
  const limit = (text: string) => ({ CATALYST_LAB_HETZNER_RATE_LIMIT: text });
  for (const wrong of ['0', '-5', 'many', '1e5']) {
    const refused = await labIn(limit(wrong), 'up', 'generous');
    expect([refused.exit, refused.error?.code], wrong).toEqual([2, 'E7003']);
  }
  const { result, error } = await labIn(limit('50000'), 'up', 'generous');
  expect(error).toBeUndefined();
  const headers = { authorization: `Bearer ${result.credentials['hcloud-token']}` };
  const answer = await fetch(`${result.endpoints.hetzner}/servers`, { headers });
  expect(answer.headers.get('ratelimit-limit')).toBe('50000');
});

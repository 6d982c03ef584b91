import { readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createFaults } from '../../src/requests/faults.js';
import { type LabServer, serve } from '../../src/requests/http-server.js';
import { createRequestLog, type LoggedLine, withoutOwn } from '../../src/requests/request-log.js';

let server: LabServer | undefined;
afterEach(() => server?.close());

async function start() {
  const log = createRequestLog();
  const faults = createFaults();
  const lines: LoggedLine[] = [];
  log.listen((line) => lines.push(line));
  server = await serve({
    name: 'test',
    log,
    faults,
    handler: (request) => ({
      status: 200,
      body: { path: request.path, q: request.query.get('q'), sent: String(request.body) },
    }),
  });
  return { url: server.endpoint, faults, lines };
}

test('answers, and the log has the call as it was sent', async () => {
  const { url, lines } = await start();
  const answer = await fetch(`${url}/a%2Fb?q=1`, { method: 'POST', body: 'x', headers: { 'user-agent': 'probe/1' } });
  expect(await answer.json()).toEqual({ path: '/a%2Fb', q: '1', sent: 'x' });
  expect(lines).toMatchObject([
    { server: 'test', method: 'POST', path: '/a%2Fb?q=1', userAgent: 'probe/1', status: 200, mutating: true },
  ]);
});

test('a status fault hits the matching calls only, as often as it says', async () => {
  const { url, faults } = await start();
  faults.add({ server: 'test', method: 'GET', path: '/v1/*', fault: { kind: 'status', status: 503 }, count: 2 });
  const get = async (path: string) => (await fetch(url + path)).status;
  expect([await get('/other'), await get('/v1/a?x=1'), await get('/v1/b'), await get('/v1/c')]).toEqual([
    200, 503, 503, 200,
  ]);
});

test('reset and truncate break the connection', async () => {
  const { url, faults } = await start();
  faults.add({ fault: { kind: 'reset' }, count: 1 });
  await expect(fetch(url)).rejects.toThrow();
  faults.add({ fault: { kind: 'truncate' }, count: 1 });
  await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow();
  expect((await fetch(url)).status).toBe(200);
});

test('state faults: held without use, taken by count, ended by the clock', () => {
  let now = 0;
  const faults = createFaults({ clock: { now: () => new Date(now), sleep: async () => {} } });
  faults.add({ target: 'create_*', fault: { kind: 'stuck-action' }, count: 1 });
  expect(faults.holds('stuck-action', 'create_server')).toBe(true);
  expect(faults.take('stuck-action', 'delete_server')).toBe(false);
  expect(faults.take('stuck-action', 'create_server')).toBe(true);
  expect(faults.take('stuck-action', 'create_server')).toBe(false);
  faults.add({ fault: { kind: 'sealed-openbao' }, until: new Date(1000).toISOString() });
  expect(faults.holds('sealed-openbao')).toBe(true);
  now = 1000;
  expect(faults.holds('sealed-openbao')).toBe(false);
});

test('the log file has a line per call at once', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'log-')), 'deep', 'requests.jsonl');
  const log = createRequestLog({ file });
  log.record({
    server: 's3',
    method: 'PUT',
    path: '/b',
    userAgent: '',
    status: 200,
    mutating: true,
    object: 'bucket b',
  });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ server: 's3', object: 'bucket b' });
  log.close();
});

test("the lab's own controllers leave no trace in the log of what was done to it", () => {
  const log = createRequestLog();
  const lines: LoggedLine[] = [];
  log.listen((line) => lines.push(line));
  const entry = { server: 'mother', method: 'PATCH', path: '/', status: 200, mutating: true };
  withoutOwn(log).record({ ...entry, userAgent: 'lab-controllers' });
  withoutOwn(log).record({ ...entry, userAgent: 'kubectl/v1.35.2' });
  expect(lines.map((line) => line.userAgent)).toEqual(['kubectl/v1.35.2']);
});

import { request } from 'node:http';
import { expect, test } from 'vitest';
import { readTimeout, withReadTimeout } from '../../src/components/traefik/read-timeout.js';
import { createFaults } from '../../src/requests/faults.js';
import { serve } from '../../src/requests/http-server.js';
import { createRequestLog } from '../../src/requests/request-log.js';

const flag = '--entryPoints.websecure.transport.respondingTimeouts.readTimeout';

test.each([
  [[], 2000],
  [[`${flag}=0`], undefined],
  [[`${flag}=90`], 3000],
  [[`${flag}=1h30m`], 180_000],
  [['--entryPoints.web.transport.respondingTimeouts.readTimeout=4h'], 2000],
])('of %j a lab makes %s ms for a whole request', (args, ms) => {
  expect(readTimeout(args, 'websecure')).toBe(ms);
});

test('the program itself gets the scaled limit, once', () => {
  expect(withReadTimeout(['--ping=true', `${flag}=4h`], 'websecure')).toEqual(['--ping=true', `${flag}=480000ms`]);
  expect(withReadTimeout([`${flag}=0`], 'websecure')).toEqual([`${flag}=0ms`]);
});

test('a body that does not end within the limit is cut, and one that does arrives', async () => {
  const tools = { name: 'ingress', log: createRequestLog(), faults: createFaults() };
  let bodyMs: number | undefined = 10;
  const server = await serve({
    ...tools,
    bodyMs: () => bodyMs,
    handler: ({ body }) => ({ status: 200, body: `${body.length}` }),
  });
  const open = () => request(server.endpoint, { method: 'POST', headers: { 'content-length': 2 } });
  const cut = new Promise((resolve) => {
    const sent = open().on('error', resolve);
    sent.write('a');
  });
  expect(await cut).toMatchObject({ code: expect.stringMatching(/ECONNRESET|EPIPE/) });
  bodyMs = undefined;
  const status = new Promise((resolve) =>
    open()
      .on('response', (answer) => resolve(answer.statusCode))
      .end('ab'),
  );
  expect(await status).toBe(200);
  await server.close();
});

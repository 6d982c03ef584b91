import { afterEach, expect, test } from 'vitest';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import { createSlowUpload } from '../../../../src/tools/http/slow-upload.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { type Loopback, listen } from '../../../fakes/loopback.js';

let server: Loopback;
afterEach(() => server.close());

const upload = createSlowUpload({ dialer: createDialer({ connectTo: [] }), clock: hurriedClock() });
const { signal } = new AbortController();

test('the body comes in as many parts as it takes seconds, and ends', async () => {
  let length = 0;
  server = await listen((request, response) => {
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
    });
    request.on('end', () => response.end('Hostname: probe'));
  });
  const seen = await upload({ url: `http://127.0.0.1:${server.port}/`, seconds: 5, signal });
  expect(seen).toEqual({ status: 200, text: 'Hostname: probe' });
  expect(length).toBe(5 * 1024 + 1);
});

test('what cuts it in the middle is reported and not thrown', async () => {
  server = await listen((request) => request.once('data', () => request.socket.destroy()));
  const seen = await upload({ url: `http://127.0.0.1:${server.port}/`, seconds: 5, signal });
  expect(seen).toEqual({ cut: expect.stringMatching(/ECONNRESET|EPIPE|socket hang up/) });
});

/** What git and helm are led through: an end on one side is an end on the other, or the program waits for its own deadline. */

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type ConnectProxy, openConnectProxy } from '../../../../src/tools/dialer/connect-proxy.js';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A server whose connections are handed over, and our proxy. */
async function relay(): Promise<{ proxy: ConnectProxy; port: number; accepted: Promise<Socket> }> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  const proxy = await openConnectProxy(createDialer({ connectTo: [] }));
  ends.push(
    () => proxy.close(),
    () => server.close(),
  );
  return { proxy, port, accepted: once(server, 'connection').then(([socket]) => socket.on('error', () => undefined)) };
}

/** A program's connection to the proxy, asked for `first`. */
async function ask({ url }: ConnectProxy, first: string): Promise<Socket> {
  const { port, username, password } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
  ends.push(() => socket.destroy());
  const login = Buffer.from(`${username}:${password}`).toString('base64');
  socket.write(`${first} HTTP/1.1\r\nHost: x\r\nProxy-Authorization: Basic ${login}\r\n\r\n`);
  return socket;
}

test('a tunnel whose far side is cut ends on the near side, and says what happened', async () => {
  const { proxy, port, accepted } = await relay();
  const near = await ask(proxy, `CONNECT 127.0.0.1:${port}`);
  expect(String((await once(near, 'data'))[0])).toContain('200');
  near.resume();
  (await accepted).resetAndDestroy();
  await once(near, 'close');
  expect(proxy.takeFailure()).toMatch(/^The connection to 127\.0\.0\.1:\d+ was cut: read ECONNRESET/);
});

test('a tunnel that the program leaves ends on the far side, and is no failure', async () => {
  const { proxy, port, accepted } = await relay();
  const near = await ask(proxy, `CONNECT 127.0.0.1:${port}`);
  await once(near, 'data');
  const far = await accepted;
  far.resume();
  near.destroy();
  await once(far, 'close');
  expect(proxy.takeFailure()).toBeUndefined();
});

test('a plain answer that is cut in the middle ends, and says what happened', async () => {
  const { proxy, port, accepted } = await relay();
  const near = await ask(proxy, `GET http://127.0.0.1:${port}/charts`);
  const far = await accepted;
  await once(far, 'data');
  far.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbegun');
  expect(String((await once(near, 'data'))[0])).toContain('200');
  near.resume();
  far.resetAndDestroy();
  await once(near, 'close');
  expect(proxy.takeFailure()).toMatch(/was cut/);
});

test('a plain request whose server cannot be reached is answered', async () => {
  const { proxy } = await relay();
  const near = await ask(proxy, 'GET http://127.0.0.1:9/charts');
  expect(String((await once(near, 'data'))[0])).toContain('502');
});

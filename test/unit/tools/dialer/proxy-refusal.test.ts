import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHetznerApi } from '../../../../src/hetzner/api/create-api.js';
import { createKubeTransport } from '../../../../src/kubernetes/client/kube-transport.js';
import { type CatalystError, fail } from '../../../../src/support/errors/errors.js';
import { createDialer, type Dialer } from '../../../../src/tools/dialer/dialer.js';
import { proxyActions } from '../../../../src/tools/dialer/proxy-refusal.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { createObjectStore } from '../../../../src/tools/s3/s3.js';

const { signal } = new AbortController();
/** Time passes at once: retries are not what is tried here. */
const clock = { now: () => new Date(), sleep: async () => undefined };

const access = {
  renewable: false,
  identity: async () => ({ headers: {} }),
  chosen: { context: 'c', cluster: {}, user: {} },
};

/** What each client says of one and the same proxy. */
const clients: Readonly<Record<string, (dialer: Dialer) => Promise<unknown>>> = {
  HTTP: (dialer) => createHttp({ dialer, signal })({ url: 'https://one.example.org/' }),
  Hetzner: (dialer) =>
    createHetznerApi({ token: 'a'.repeat(64), endpoint: 'https://one.example.org', dialer, signal, clock }).list(
      'server',
    ),
  Kubernetes: (dialer) =>
    createKubeTransport({ ...access, server: 'https://one.example.org' }, dialer).send({ method: 'GET', path: '/' }),
  'Object Storage': (dialer) =>
    createObjectStore({
      endpoint: 'https://one.example.org',
      region: 'r',
      accessKey: 'a',
      secretKey: 'b',
      dialer,
      signal,
    }).bucket('b'),
};

let status = 407;
const proxy = createServer().on('connect', (_request, socket) =>
  socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`),
);
let port: number;

beforeAll(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  port = (proxy.address() as AddressInfo).port;
});
afterAll(() => proxy.close());

describe.each(Object.keys(clients))('%s behind a proxy', (name) => {
  const refusedBy = async (url: string): Promise<CatalystError> =>
    clients[name]!(createDialer({ connectTo: [], env: { HTTPS_PROXY: url } })).then(
      () => expect.unreachable(),
      (error) => error,
    );

  test('that wants a login: how to give it one', async () => {
    status = 407;
    const { message, actions } = await refusedBy(`http://bob:secret@127.0.0.1:${port}`);
    expect(message).toContain('407');
    expect(message).not.toContain('secret');
    expect(actions).toContain(`give the proxy its login: export HTTPS_PROXY=http://USER:PASSWORD@127.0.0.1:${port}`);
  });

  test('that lets nothing through: whom to ask, and how to pass it by', async () => {
    status = 403;
    const { actions } = await refusedBy(`http://127.0.0.1:${port}`);
    expect(actions.slice(0, 2)).toEqual([
      `ask whoever runs the proxy 127.0.0.1:${port} to let one.example.org through`,
      'or bypass it: export NO_PROXY="$NO_PROXY,one.example.org"',
    ]);
  });
});

describe.each(Object.keys(clients))('%s without its proxy', (name) => {
  test.each(['http://127.0.0.1:9', 'http://proxy.invalid:3128'])('%s: the remedies name it', async (url) => {
    const { message, actions } = await clients[name]!(createDialer({ connectTo: [], env: { HTTPS_PROXY: url } })).then(
      () => expect.unreachable(),
      (error) => error as CatalystError,
    );
    expect(message).toContain(`the proxy ${url} on the way to one.example.org cannot be reached`);
    expect(actions.slice(0, 2)).toEqual([
      `correct the proxy, at which nothing answers: env | grep -i _proxy shows where ${url} is set`,
      'or bypass it: export NO_PROXY="$NO_PROXY,one.example.org"',
    ]);
  });
});

test('a proxy that is not there is named, not only its port', async () => {
  const dialer = createDialer({ connectTo: [], env: { HTTPS_PROXY: 'http://127.0.0.1:9' } });
  await expect(clients['Hetzner']!(dialer)).rejects.toThrow(
    'https://one.example.org (through the proxy http://127.0.0.1:9) cannot be reached',
  );
});

test('a sentence of somebody else within ours keeps one full stop', () => {
  const { message } = fail('E3002', 'GET x: it failed with 500.; y: no answer.. See ../z, 1..3 and so on ...');
  expect(message).toBe('GET x: it failed with 500; y: no answer. See ../z, 1..3 and so on ...');
});

test('of several hosts in one message each is named, and nothing else', () => {
  const to = (host: string) =>
    `GET https://${host}/ failed: Failed to establish tunnel to ${host}:443 via http://127.0.0.1:3128/: HTTP/1.1 403 Forbidden.`;
  expect(proxyActions([to('a.example'), to('b.example'), to('a.example')].join('; '))).toEqual([
    'ask whoever runs the proxy 127.0.0.1:3128 to let a.example and b.example through',
    'or bypass it: export NO_PROXY="$NO_PROXY,a.example,b.example"',
  ]);
});

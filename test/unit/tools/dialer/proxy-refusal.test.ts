import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHetznerApi } from '../../../../src/hetzner/api/create-api.js';
import { createTransport, type HetznerTransport } from '../../../../src/hetzner/api/transport.js';
import { createKubeTransport } from '../../../../src/kubernetes/client/kube-transport.js';
import { type CatalystError, fail } from '../../../../src/support/errors/errors.js';
import { createDialer, type Dialer } from '../../../../src/tools/dialer/dialer.js';
import { proxyActions } from '../../../../src/tools/dialer/proxy-refusal.js';
import { createAllowance } from '../../../../src/tools/http/bounded.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { createHttpStream, type StreamRequest } from '../../../../src/tools/http/http-stream.js';
import { registryClient } from '../../../../src/tools/oci/registry-client.js';
import { createObjectStore } from '../../../../src/tools/s3/s3.js';

const { signal } = new AbortController();
/** Time passes at once: retries are not what is tried here. */
const clock = { now: () => new Date(), sleep: async () => undefined };

const access = {
  renewable: false,
  identity: async () => ({ headers: {} }),
  chosen: { context: 'c', cluster: {}, user: {} },
};

/** With the token, whose attempts have as long as the whole call is given. */
function hetzner(dialer: Dialer, within?: number) {
  const endpoint = 'https://one.example.org';
  const token = 'a'.repeat(64);
  const sent = createTransport({ token, endpoint, dialer });
  const transport: HetznerTransport =
    within === undefined ? sent : (call) => sent({ ...call, time: createAllowance(within) });
  return createHetznerApi({ token, endpoint, dialer, signal, clock, transport });
}

/** What each client says of one and the same proxy; `within`: ms that an answer may take. */
const clients: Readonly<Record<string, (dialer: Dialer, within?: number) => Promise<unknown>>> = {
  HTTP: (dialer, timeoutMs) => createHttp({ dialer, signal })({ url: 'https://one.example.org/', timeoutMs }),
  Hetzner: (dialer, within) => hetzner(dialer, within).list('server'),
  Kubernetes: (dialer, within) =>
    createKubeTransport({ ...access, server: 'https://one.example.org' }, dialer).send({
      ...{ method: 'GET', path: '/', time: createAllowance(within) },
    }),
  'Object Storage': (dialer, operationMs) =>
    createObjectStore({
      endpoint: 'https://one.example.org',
      region: 'r',
      accessKey: 'a',
      secretKey: 'b',
      dialer,
      signal,
      operationMs,
    }).bucket('b'),
  'a registry': (dialer, within) => {
    const http = createHttpStream({ dialer, signal });
    const short = (request: StreamRequest) => http({ ...request, time: createAllowance(within) });
    return registryClient(short, { origin: 'https://one.example.org', repository: 'r' }).manifest('1');
  },
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

/** Takes every connection, and what is sent over it, and answers nothing. */
const swallower = createTcpServer((socket) => void socket.on('error', () => undefined).resume());
let swallowing: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => swallower.listen(0, '127.0.0.1', resolve));
  swallowing = `127.0.0.1:${(swallower.address() as AddressInfo).port}`;
});
afterAll(() => swallower.close());

const namesIt = [
  expect.stringMatching(
    /^check that the proxy http:\/\/127\.0\.0\.1:\d+ answers, and lets one\.example\.org through: env \| grep -i _proxy shows where it is set$/,
  ),
  'or bypass it: export NO_PROXY="$NO_PROXY,one.example.org"',
];
const thrownBy = (asked: Promise<unknown>) =>
  asked.then(
    () => expect.unreachable(),
    (error) => error as CatalystError,
  );

describe.each(Object.keys(clients))('%s behind a proxy that swallows what it is sent', (name) => {
  test('is told as that proxy, which may be to blame, and how to pass it by', async () => {
    const dialer = createDialer({ connectTo: [], env: { HTTPS_PROXY: `http://bob:secret@${swallowing}` } });
    const { message, actions } = await thrownBy(clients[name]!(dialer, 50));
    expect(message).toContain('no complete answer within 0.05s');
    expect(message).toContain(`(through the proxy http://${swallowing})`);
    expect(message).not.toContain('secret');
    expect(actions.slice(0, 2)).toEqual(namesIt);
  });

  test('and where no proxy is on the way, none is named', async () => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'one.example.org' };
    const connectTo = [{ host: 'one.example.org', to: swallowing }];
    const dialer = createDialer({ connectTo, env });
    const { message, actions } = await thrownBy(clients[name]!(dialer, 50));
    expect(`${message} ${actions.join()}`).not.toMatch(/prox/i);
  });
});

test('a change at Hetzner whose answer such a proxy swallowed is in doubt, and the proxy is named', async () => {
  const dialer = createDialer({ connectTo: [], env: { HTTPS_PROXY: `http://${swallowing}` } });
  const error = await thrownBy(hetzner(dialer, 50).create('ssh_key', { name: 'k', public_key: 'x' } as never));
  expect(error).toMatchObject({ code: 'E2004', data: { ambiguous: true } });
  expect(error.message).toContain(`(through the proxy http://${swallowing}) is unknown`);
  expect(error.actions.slice(1)).toEqual(namesIt);
});

describe('the proxy of a kubeconfig', () => {
  const server = 'https://one.example.org';
  const ask = (proxyUrl: string, within?: number) =>
    thrownBy(
      createKubeTransport({ ...access, server, proxyUrl }, createDialer({ connectTo: [] })).send({
        ...{ method: 'GET', path: '/', time: createAllowance(within) },
      }),
    );

  test('that swallows what it is sent is named with its place there, and not in the environment', async () => {
    const { message, actions } = await ask(`http://${swallowing}`, 50);
    expect(message).toContain(`${server} (through the proxy http://${swallowing}) cannot be reached`);
    expect(actions[0]).toBe(
      `check that the proxy http://${swallowing} answers, and lets one.example.org through: proxy-url in the kubeconfig names it`,
    );
    expect(actions.join()).not.toMatch(/_PROXY/i);
  });

  test('that wants a login, or is not there, likewise', async () => {
    status = 407;
    expect((await ask(`http://127.0.0.1:${port}`)).actions[0]).toBe(
      `give the proxy its login, in proxy-url of the kubeconfig: http://USER:PASSWORD@127.0.0.1:${port}`,
    );
    expect((await ask('http://127.0.0.1:9')).actions[0]).toBe(
      'correct the proxy, at which nothing answers: proxy-url in the kubeconfig names http://127.0.0.1:9',
    );
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

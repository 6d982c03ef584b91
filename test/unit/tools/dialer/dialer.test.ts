import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type CertificateAndKey, issueCertificate } from '../../../../lab/src/certificates.js';
import { createTransport } from '../../../../src/hetzner/api/transport.js';
import { authoritiesFile, trustedAuthorities } from '../../../../src/tools/dialer/authorities.js';
import { openConnectProxy } from '../../../../src/tools/dialer/connect-proxy.js';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import { proxiesText, proxyFor, proxyPasswords } from '../../../../src/tools/dialer/proxies.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { createHttpStream } from '../../../../src/tools/http/http-stream.js';
import { createObjectStore } from '../../../../src/tools/s3/s3.js';
import { type LoggingProxy, loggingProxy } from '../../../fakes/logging-proxy.js';
import { type Loopback, listen } from '../../../fakes/loopback.js';

const { signal } = new AbortController();
const names = ['api.example.org', 's3.example.org', 'gitea.example.org'];
let root: CertificateAndKey;
let leaf: CertificateAndKey;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  root = await issueCertificate({ commonName: 'test root', isAuthority: true });
  leaf = await issueCertificate({ commonName: 'leaf', dnsNames: names }, root);
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** A TLS server of all the names, and a proxy that leads every tunnel to it. */
async function behindProxy(answer = '{}'): Promise<{ server: Loopback; proxy: LoggingProxy }> {
  const server = await listen((_request, response) => response.end(answer), { key: leaf.key, cert: leaf.certificate });
  const proxy = await loggingProxy(server.port);
  open.push(proxy, server);
  return { server, proxy };
}

test.each([
  ['https://api.example.org', {}, undefined],
  ['https://api.example.org', { HTTPS_PROXY: 'http://p:3128' }, 'http://p:3128/'],
  ['https://api.example.org', { https_proxy: 'p:3128' }, 'http://p:3128/'],
  ['http://api.example.org', { HTTPS_PROXY: 'http://p:3128' }, undefined],
  ['http://api.example.org', { HTTP_PROXY: 'http://p:3128' }, 'http://p:3128/'],
  ['https://127.0.0.1:6443', { HTTPS_PROXY: 'http://p:3128' }, undefined],
  ['https://localhost', { HTTPS_PROXY: 'http://p:3128' }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: 'http://p:3128' }, undefined],
  ['https://api.example.org', { HTTPS_PROXY: 'p:1', NO_PROXY: 'example.org' }, undefined],
  ['https://example.org', { HTTPS_PROXY: 'p:1', NO_PROXY: 'x, EXAMPLE.org' }, undefined],
  ['https://example.org', { HTTPS_PROXY: 'p:1', no_proxy: '.example.org' }, 'http://p:1/'],
  ['https://badexample.org', { HTTPS_PROXY: 'p:1', NO_PROXY: 'example.org' }, 'http://p:1/'],
  ['https://api.example.org', { HTTPS_PROXY: 'p:1', NO_PROXY: '*' }, undefined],
  ['https://api.example.org:8443', { HTTPS_PROXY: 'p:1', NO_PROXY: 'api.example.org:443' }, 'http://p:1/'],
  ['https://api.example.org:8443', { HTTPS_PROXY: 'p:1', NO_PROXY: 'api.example.org:8443' }, undefined],
  ['https://10.1.2.3:6443', { HTTPS_PROXY: 'p:1', NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3:6443', { HTTPS_PROXY: 'p:1', NO_PROXY: '10.0.0.0/8' }, 'http://p:1/'],
  ['https://[2001:db8::7]', { HTTPS_PROXY: 'p:1', NO_PROXY: '2001:db8::/32' }, undefined],
])('%s with %o goes through %s, as helm and kubectl go', (url, env, proxy) => {
  expect(proxyFor(new URL(url), env as Record<string, string>)?.href).toBe(proxy);
});

test('HTTP, registries, Hetzner and S3 take the proxy of the environment, and NO_PROXY leaves it out', async () => {
  const { proxy } = await behindProxy();
  const dialer = createDialer({
    connectTo: [],
    caBundle: root.certificate,
    env: { HTTPS_PROXY: proxy.url, NO_PROXY: 'direct.invalid' },
  });
  const http = createHttp({ dialer, signal });
  expect(await http({ url: 'https://gitea.example.org/api' })).toMatchObject({ status: 200, text: '{}' });
  const { body } = await createHttpStream({ dialer, signal })({ url: 'https://gitea.example.org/v2/' });
  body.resume();
  const hetzner = createTransport({ token: 't', endpoint: 'https://api.example.org/v1', dialer });
  expect(await hetzner({ method: 'GET', path: '/servers' })).toMatchObject({ status: 200, body: {} });
  const keys = { accessKey: 'a', secretKey: 'b', region: 'fsn1' };
  await createObjectStore({ endpoint: 'https://s3.example.org', ...keys, dialer, signal }).bucket('one');
  expect(proxy.asked).toEqual([
    'CONNECT gitea.example.org:443',
    'CONNECT gitea.example.org:443',
    'CONNECT api.example.org:443',
    'CONNECT s3.example.org:443',
  ]);
  await expect(http({ url: 'https://direct.invalid/' })).rejects.toMatchObject({ data: { code: 'ENOTFOUND' } });
  expect(proxy.asked).toHaveLength(4);
});

test('plain HTTP goes through the proxy as well, and what git and helm are led through goes on through it', async () => {
  const server = await listen((_request, response) => response.end('plain'));
  const proxy = await loggingProxy(server.port);
  open.push(proxy, server);
  const dialer = createDialer({ connectTo: [], env: { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url } });
  expect((await createHttp({ dialer, signal })({ url: 'http://pdns.example.org/x' })).text).toBe('plain');
  const socket = await dialer.tcp('git.example.org', 443);
  socket.destroy();
  expect(proxy.asked).toEqual(['GET http://pdns.example.org/x', 'CONNECT git.example.org:443']);
  const own = await openConnectProxy(dialer);
  open.push(own);
  const through = createDialer({ connectTo: [], env: { HTTP_PROXY: own.url } });
  expect((await createHttp({ dialer: through, signal })({ url: 'http://pdns.example.org/y' })).text).toBe('plain');
  expect(proxy.asked.at(-1)).toBe('GET http://pdns.example.org/y');
});

test('a proxy that lets nothing through is named, with its answer and what to type', async () => {
  const proxy = createServer();
  proxy.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise<void>((resolve) => proxy.close(() => resolve())) });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const http = createHttp({ dialer: createDialer({ connectTo: [], env: { HTTPS_PROXY: url } }), signal });
  const error = await http({ url: 'https://api.hetzner.cloud/v1/servers' }).catch((one: unknown) => one);
  expect(error).toMatchObject({
    code: 'E3002',
    exitCode: 5,
    actions: expect.arrayContaining([
      'curl -v https://api.hetzner.cloud/v1/servers',
      'or bypass it: export NO_PROXY="$NO_PROXY,api.hetzner.cloud"',
    ]),
  });
  expect((error as Error).message).toContain(`(through the proxy ${url})`);
  expect((error as Error).message).toContain('407');
});

test('a rule of the spec wins over the proxy, and both are said', async () => {
  const { server, proxy } = await behindProxy('ruled');
  const connectTo = [{ host: 'gitea.example.org', port: 443, to: `127.0.0.1:${server.port}` }];
  const dialer = createDialer({ connectTo, caBundle: root.certificate, env: { HTTPS_PROXY: proxy.url } });
  const http = createHttp({ dialer, signal });
  expect((await http({ url: 'https://gitea.example.org/' })).text).toBe('ruled');
  expect(proxy.asked).toEqual([]);
  expect(dialer.told(new URL('https://gitea.example.org/'))).toBe(` (dialed as 127.0.0.1:${server.port})`);
  expect(dialer.told(new URL('https://other.example.org/'))).toBe(` (through the proxy ${proxy.url})`);
});

test('a connection is kept for the next request of the same server', async () => {
  const sockets = new Set<unknown>();
  const server = await listen((request, response) => {
    sockets.add(request.socket);
    response.end('{}');
  });
  open.push(server);
  const hetzner = createTransport({ token: 't', endpoint: `http://127.0.0.1:${server.port}` });
  for (const path of ['/a', '/b', '/c']) await hetzner({ method: 'GET', path });
  expect(sockets.size).toBe(1);
});

test('the authorities of the spec come beside those of the system, they do not take their place', () => {
  const trusted = trustedAuthorities(root.certificate);
  expect(trusted).toContain(root.certificate);
  expect(trusted.length).toBeGreaterThan(100);
  expect(new Set(trusted).size).toBe(trusted.length);
  expect(authoritiesFile(undefined, {})).toBeUndefined();
  expect(authoritiesFile(undefined, { NODE_EXTRA_CA_CERTS: '/etc/extra.pem' })).toContain('BEGIN CERTIFICATE');
  expect(authoritiesFile(root.certificate, {})).toContain(root.certificate.trim());
});

test('the way is told without the login of the proxy, whose password is a secret', () => {
  const env = { HTTPS_PROXY: 'http://me:p%40ss@proxy.example.org:3128', no_proxy: '.corp' };
  expect(proxiesText(env)).toBe(
    "through HTTPS_PROXY http://proxy.example.org:3128; directly to loopback and .corp, and for SSH, DNS and this machine's own address",
  );
  expect(proxiesText({})).toBe('directly: no proxy is set');
  expect(proxyPasswords(env)).toEqual(['p%40ss', 'p@ss']);
});

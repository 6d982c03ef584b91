import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type CertificateAndKey, issueCertificate } from '../../../../lab/src/certificates.js';
import { createDialer } from '../../../../src/tools/dialer/dialer.js';
import { createHttp } from '../../../../src/tools/http/http-client.js';
import { jsonOf, okJson } from '../../../../src/tools/http/http-json.js';
import { type Loopback, listen } from '../../../fakes/loopback.js';

const { signal } = new AbortController();
const host = 'gitea.example.org';
let root: CertificateAndKey;
let leaf: CertificateAndKey;
const open: Loopback[] = [];
const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;

beforeAll(async () => {
  root = await issueCertificate({ commonName: 'test root', isAuthority: true });
  leaf = await issueCertificate({ commonName: host, dnsNames: [host] }, root);
});
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function tlsServer(seen: string[]): Promise<number> {
  const server = await listen(
    (request, response) => {
      seen.push(`${request.method} ${request.headers.host}${request.url} ${request.headers.authorization ?? '-'}`);
      response.end('{"ok":true}');
    },
    { key: leaf.key, cert: leaf.certificate },
  );
  open.push(server);
  return server.port;
}

test('dials by the rules, keeps Host and TLS name, and tells the certificate', async () => {
  const seen: string[] = [];
  const port = await tlsServer(seen);
  const http = createHttp({
    dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }], caBundle: root.certificate }),
    signal,
  });
  const answer = await http({ url: `https://${host}/api?x=1` });
  expect(answer.status).toBe(200);
  expect(jsonOf(answer, host, z.object({ ok: z.boolean() }))).toEqual({ ok: true });
  expect(seen).toEqual([`GET ${host}/api?x=1 -`]);
  expect(answer.certificate).toMatchObject({ sans: [host], authorized: true });
});

test('an unknown authority gets nothing sent, and the error says what to do', async () => {
  const seen: string[] = [];
  const port = await tlsServer(seen);
  const http = createHttp({ dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }] }), signal });
  const call = http({ url: `https://${host}/`, method: 'POST', headers: { authorization: 'secret' }, body: 'x' });
  await expect(call).rejects.toMatchObject({
    code: 'E3002',
    actions: expect.arrayContaining(['Add the issuing authority to spec.access.caBundle']),
    data: { ambiguous: false },
  });
  expect(seen).toEqual([]);
});

test('insecure accepts it and says that it is not trusted', async () => {
  const port = await tlsServer([]);
  const http = createHttp({ dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }] }), signal });
  const answer = await http({ url: `https://${host}/`, insecure: true });
  expect(answer.certificate).toMatchObject({ authorized: false, sans: [host] });
});

test('a certificate for another name is refused', async () => {
  const port = await tlsServer([]);
  const http = createHttp({
    dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }], caBundle: root.certificate }),
    signal,
  });
  await expect(http({ url: 'https://other.example.org/' })).rejects.toThrow(/altnames/);
});

test('no answer in time, a refused connection and a cut body are errors with the reason', async () => {
  const slow = await listen(() => undefined);
  const cut = await listen((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.destroy());
  });
  open.push(slow, cut);
  const http = createHttp({ dialer: createDialer({ connectTo: [] }), signal });
  await expect(http({ url: `http://127.0.0.1:${slow.port}/`, timeoutMs: 50 })).rejects.toThrow(
    /no complete answer within 0.05s/,
  );
  await expect(http({ url: `http://127.0.0.1:${cut.port}/` })).rejects.toMatchObject({ code: 'E3002' });
  const port = slow.port;
  await slow.close();
  const post = http({ url: `http://127.0.0.1:${port}/`, method: 'POST' });
  await expect(post).rejects.toMatchObject({ code: 'E3002', data: { ambiguous: false } });
});

test('a lost answer to a write may have been made', async () => {
  const server = await listen((request) => request.socket.destroy());
  open.push(server);
  const http = createHttp({ dialer: createDialer({ connectTo: [] }), signal });
  const post = http({ url: `http://127.0.0.1:${server.port}/`, method: 'POST', body: 'x' });
  await expect(post).rejects.toMatchObject({ data: { ambiguous: true } });
});

test('an abort ends a call with its own reason', async () => {
  const server = await listen(() => undefined);
  open.push(server);
  const controller = new AbortController();
  const call = createHttp({ dialer: createDialer({ connectTo: [] }), signal })({
    url: `http://127.0.0.1:${server.port}/`,
    signal: controller.signal,
  });
  controller.abort(new Error('stopped by hand'));
  await expect(call).rejects.toThrow('stopped by hand');
});

test('HTML instead of JSON is told without its markup', () => {
  const text = '<html><style>x{}</style><h1>502 Bad Gateway</h1></html>';
  const answer = { status: 502, headers: { 'content-type': 'text/html' }, text };
  expect(() => jsonOf(answer, 'Gitea', z.unknown())).toThrow(
    /Gitea answered HTTP 502 with text\/html instead of JSON: 502 Bad Gateway/,
  );
  expect(() => okJson(answer, 'Gitea', z.unknown())).toThrow(/Gitea answered HTTP 502: 502 Bad Gateway/);
});

test('a kept connection is used again, a fresh one never, and a kept one that the server has ended costs nothing', async () => {
  const sockets: unknown[] = [];
  let ending = false;
  const server = await listen((request, response) => {
    sockets.push(request.socket);
    // Ends the connection with the request that comes over it again.
    if (ending && sockets.filter((one) => one === request.socket).length > 1) request.socket.destroy();
    else response.end('{}');
  });
  open.push(server);
  const http = createHttp({ dialer: createDialer({ connectTo: [] }), signal });
  const url = `http://127.0.0.1:${server.port}/`;
  const ask = async (kept: boolean) => (await http({ url, kept })).status;
  await ask(true);
  await ask(true);
  expect(new Set(sockets).size).toBe(1);
  await ask(false);
  await ask(false);
  expect(new Set(sockets).size).toBe(3);
  ending = true;
  expect(await ask(true)).toBe(200);
  expect(new Set(sockets).size).toBe(4);
});

test('an answer leaves nothing behind that waits for its deadline', async () => {
  const port = await tlsServer([]);
  const http = createHttp({
    dialer: createDialer({ connectTo: [{ port: 443, to: `127.0.0.1:${port}` }], caBundle: root.certificate }),
    signal,
  });
  const waiting = new Set<unknown>();
  const set = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms: number) => {
    const timer = realSetTimeout(work, ms);
    if (ms > 1_000_000) waiting.add(timer);
    return timer;
  }) as typeof setTimeout);
  const clear = vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    waiting.delete(timer);
    realClearTimeout(timer as NodeJS.Timeout);
  });
  try {
    await http({ url: `https://${host}/`, timeoutMs: 2_000_000 });
    expect(set).toHaveBeenCalled();
    expect([...waiting]).toEqual([]);
  } finally {
    set.mockRestore();
    clear.mockRestore();
  }
});

describe('a connection that is cut', () => {
  /** A server that cuts so many connections before it answers. */
  async function cutting(cuts: number) {
    let asked = 0;
    const server = await listen((request, response) => {
      if (asked++ < cuts) request.socket.resetAndDestroy();
      else response.end('whole');
    });
    open.push(server);
    return { url: `http://127.0.0.1:${server.port}/`, asked: () => asked };
  }
  const http = createHttp({ dialer: createDialer({ connectTo: [] }), signal });

  test('is made anew where that was asked for, twice', async () => {
    const passing = await cutting(2);
    expect((await http({ url: passing.url, again: true })).text).toBe('whole');
    const lasting = await cutting(9);
    await expect(http({ url: lasting.url, again: true })).rejects.toMatchObject({ code: 'E3002' });
    expect(lasting.asked()).toBe(3);
  });

  test('is an answer for whoever measures, and never makes a change twice', async () => {
    const one = await cutting(9);
    await expect(http({ url: one.url })).rejects.toMatchObject({ code: 'E3002' });
    await expect(http({ url: one.url, method: 'PUT', again: true })).rejects.toMatchObject({
      data: { ambiguous: true },
    });
    expect(one.asked()).toBe(2);
  });
});

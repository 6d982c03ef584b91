/** Servers that never end: each call of ours does, by its own deadline or limit, and says who was at fault. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import { createTransport } from '../../../src/hetzner/api/transport.js';
import { createKube } from '../../../src/kubernetes/client/kube-client.js';
import { createKubeTransport } from '../../../src/kubernetes/client/kube-transport.js';
import { readKubeconfig } from '../../../src/kubernetes/client/kubeconfig.js';
import { listAllocations } from '../../../src/mother/pool-domain-manager.js';
import { readPowerDns } from '../../../src/mother/powerdns.js';
import { isCatalystError } from '../../../src/support/errors/errors.js';
import { sha256 } from '../../../src/support/hash.js';
import { toYaml } from '../../../src/support/yaml/write-yaml.js';
import { createDialer } from '../../../src/tools/dialer/dialer.js';
import { createAllowance } from '../../../src/tools/http/bounded.js';
import { createHttp } from '../../../src/tools/http/http-client.js';
import { createHttpStream } from '../../../src/tools/http/http-stream.js';
import { copyImage, resolveImage } from '../../../src/tools/oci/copy.js';
import { readOci, writeOci } from '../../../src/tools/oci/oci.js';
import { createObjectStore } from '../../../src/tools/s3/s3.js';

const { signal } = new AbortController();
const dialer = createDialer({ connectTo: [] });
const open: { close(): void }[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** @returns its origin; `count` is how many requests came before */
async function serve(answer: Answer): Promise<{ origin: string; requests(): number }> {
  let count = 0;
  const server = createServer((request, response) => answer(request, response, count++));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => count };
}

/** A byte whenever the last one has left, for ever: never idle, never at an end. */
const drip =
  (start = ' '): Answer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(start);
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  };
const json =
  (body: (count: number) => unknown, status = 200): Answer =>
  (_request, response, count) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body(count)));
  };
const xml =
  (body: (count: number) => string): Answer =>
  (_request, response, count) => {
    response.writeHead(200, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?>${body(count)}`);
  };

const s3 = (endpoint: string, operationMs?: number) =>
  createObjectStore({ endpoint, region: 'fsn1', accessKey: 'a', secretKey: 'b', signal, operationMs });
const hetzner = (origin: string) => createHetznerApi({ token: 't', endpoint: `${origin}/v1`, signal });

function kubeAt(server: string) {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  open.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  const kubeconfig = join(folder, 'kubeconfig');
  const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
  const clusters = [{ name: 'c', cluster: { server } }];
  writeFileSync(kubeconfig, toYaml({ 'current-context': 'c', clusters, contexts, users: [{ name: 'u', user: {} }] }));
  const never = async (): Promise<never> => {
    throw new Error('not expected');
  };
  const clock = { now: () => new Date(), sleep: async () => undefined };
  return { kubeconfig, kube: createKube({ kubeconfig, kubectl: never, exec: never, clock, signal }) };
}

const late = /no complete answer within 0.1s/;

test('an answer that drips ends at the deadline: HTTP, a stream, Hetzner, Kubernetes, S3', async () => {
  const { origin } = await serve(drip());
  const timeoutMs = 100;
  await expect(createHttp({ dialer, signal })({ url: origin, timeoutMs })).rejects.toThrow(late);
  const read = async () => {
    const { body } = await createHttpStream({ dialer, signal })({ url: origin, time: createAllowance(timeoutMs) });
    for await (const _ of body);
  };
  await expect(read()).rejects.toThrow(late);
  const transport = createTransport({ token: 't', endpoint: `${origin}/v1` });
  const asked = transport({ method: 'GET', path: '/servers', time: createAllowance(timeoutMs) });
  await expect(asked).rejects.toThrow(late);
  const access = readKubeconfig(kubeAt(origin).kubeconfig);
  const kube = createKubeTransport(access).send({ method: 'GET', path: '/version', time: createAllowance(timeoutMs) });
  await expect(kube).rejects.toThrow(late);
  await expect(s3(origin, timeoutMs).listBuckets()).rejects.toMatchObject({
    code: 'E2301',
    message: expect.stringMatching(late),
  });
});

/** As much as the other side takes, for ever. */
const flood: Answer = (_request, response) => {
  const part = Buffer.alloc(1024 * 1024, ' ');
  response.writeHead(200, { 'content-type': 'application/json' });
  const go = () => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', go);
  go();
};

test('an answer without end is given up at its size and not asked for again: HTTP, Hetzner, Kubernetes, S3, registries', async () => {
  const large = /the answer is larger than \d+ MiB/;
  const calls: [(origin: string) => Promise<unknown>, string][] = [
    [(origin) => createHttp({ dialer, signal })({ url: origin }), 'E3002'],
    [(origin) => hetzner(origin).list('server'), 'E2001'],
    [(origin) => kubeAt(origin).kube.list({ apiVersion: 'v1', kind: 'Node' }), 'E3101'],
    [(origin) => s3(origin).listBuckets(), 'E2301'],
    [(origin) => s3(origin).get('b', 'k'), 'E2301'],
    [(origin) => resolveImage(stream, registry(origin)), 'E3205'],
  ];
  for (const [call, code] of calls) {
    const { origin, requests } = await serve(flood);
    await expect(call(origin)).rejects.toMatchObject({ code, exitCode: 5, message: expect.stringMatching(large) });
    expect(requests()).toBe(1);
  }
});

test('a server that takes the connection and says nothing ends a stream and every call of S3', async () => {
  const { origin } = await serve(() => undefined);
  for (const ask of [
    () => s3(origin, 100).listBuckets(),
    () => s3(origin, 100).bucket('b'),
    () => s3(origin, 100).put('b', 'k', 'x'),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'E2301', message: expect.stringContaining('within 0.1s') });
  const call = createHttpStream({ dialer, signal })({ url: origin, time: createAllowance(100) });
  await expect(call).rejects.toMatchObject({ code: 'E3002', message: expect.stringContaining('within 0.1s') });
});

test('lists whose pages have no end are given up', async () => {
  const pages = await serve(json((n) => ({ servers: [{ id: n }], meta: { pagination: { next_page: n + 2 } } })));
  await expect(hetzner(pages.origin).list('server')).rejects.toMatchObject({ code: 'E2001' });
  expect(pages.requests()).toBeLessThan(500);

  const same =
    '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x</NextContinuationToken></ListBucketResult>';
  await expect(s3((await serve(xml(() => same))).origin).list('b')).rejects.toMatchObject({
    code: 'E2301',
    message: expect.stringContaining('endless pages'),
  });
  const versions =
    '<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>x</NextKeyMarker></ListVersionsResult>';
  const all = async () => {
    for await (const _ of s3((await serve(xml(() => versions))).origin).versions('b'));
  };
  await expect(all()).rejects.toMatchObject({ code: 'E2301' });

  const resources = { resources: [{ name: 'nodes', kind: 'Node', namespaced: false }] };
  const list = { metadata: { continue: 'more' }, items: [] };
  const cluster = await serve((request, response, n) =>
    json(() => (request.url === '/api/v1' ? resources : list))(request, response, n),
  );
  await expect(kubeAt(cluster.origin).kube.list({ apiVersion: 'v1', kind: 'Node' })).rejects.toMatchObject({
    code: 'E3102',
    message: expect.stringContaining('endless pages'),
  });
});

test('all pages of the unfinished uploads are read, and pages without end are given up', async () => {
  const asked: (string | null)[] = [];
  const upload = (key: string) => `<Upload><Key>${key}</Key><UploadId>u-${key}</UploadId></Upload>`;
  const more =
    '<IsTruncated>true</IsTruncated><NextKeyMarker>one</NextKeyMarker><NextUploadIdMarker>1</NextUploadIdMarker>';
  const { origin } = await serve((request, response, n) => {
    asked.push(new URL(request.url!, 'http://x').searchParams.get('key-marker'));
    const body = n === 0 ? `${more}${upload('one')}` : upload('two');
    xml(() => `<ListMultipartUploadsResult>${body}</ListMultipartUploadsResult>`)(request, response, n);
  });
  expect(await s3(origin).uploads('b')).toEqual([
    { key: 'one', uploadId: 'u-one' },
    { key: 'two', uploadId: 'u-two' },
  ]);
  expect(asked).toEqual([null, 'one']);
  const endless = await serve(xml(() => `<ListMultipartUploadsResult>${more}</ListMultipartUploadsResult>`));
  await expect(s3(endless.origin).uploads('b')).rejects.toMatchObject({ code: 'E2301' });
});

test('answers of wrong types are errors of the system that gave them', async () => {
  for (const servers of [[null], ['x'], [{ id: 'one' }], { id: 1 }]) {
    const { origin } = await serve(json(() => ({ servers })));
    await expect(hetzner(origin).list('server')).rejects.toMatchObject({ code: 'E2001', exitCode: 5 });
  }
  const nothing = await serve(json(() => null));
  await expect(hetzner(nothing.origin).list('server')).rejects.toMatchObject({ code: 'E2001', exitCode: 5 });
  for (const [resources, items] of [
    [{ resources: [null] }, []],
    [{ resources: 'x' }, []],
    [null, []],
    [undefined, [null]],
    [undefined, 'x'],
  ]) {
    const discovery = resources === undefined ? { resources: [{ name: 'nodes', kind: 'Node' }] } : resources;
    const { origin } = await serve((request, response, n) =>
      json(() => (request.url === '/api/v1' ? discovery : { metadata: {}, items }))(request, response, n),
    );
    const call = kubeAt(origin).kube.list({ apiVersion: 'v1', kind: 'Node' });
    await expect(call).rejects.toMatchObject({ exitCode: 5, code: expect.stringMatching(/^E31/) });
  }
});

const registry = (origin: string, login?: string, tokenService?: string) => ({
  origin,
  repository: 'a/b',
  reference: 'v1',
  login,
  tokenService,
});
const stream = createHttpStream({ dialer, signal });

test('an index that names itself, or a child that is no digest, is not followed', async () => {
  const tagged = await serve(json(() => ({ manifests: [{ digest: 'latest' }] })));
  const copy = (origin: string) => copyImage(stream, { from: registry(origin), to: { origin, repository: 'c' } });
  await expect(copy(tagged.origin)).rejects.toMatchObject({ code: 'E3205', exitCode: 5 });
  expect(tagged.requests()).toBe(1);
  for (const manifest of [
    null,
    'x',
    { manifests: [null] },
    { layers: [{ digest: `sha256:${'0'.repeat(64)}`, size: '1' }] },
  ]) {
    await expect(copy((await serve(json(() => manifest))).origin)).rejects.toMatchObject({
      code: 'E3205',
      exitCode: 5,
    });
  }
});

test('a layer that is larger than its manifest says is cut off', async () => {
  const bytes = Buffer.from('more than five');
  const digest = `sha256:${sha256(bytes)}`;
  const from = await serve((request, response) =>
    response.end(request.url?.includes('/manifests/') ? JSON.stringify({ layers: [{ digest, size: 5 }] }) : bytes),
  );
  const to = await serve((request, response) => {
    request.resume();
    const status = { HEAD: 404, POST: 202, PUT: 201 }[request.method ?? ''] ?? 500;
    request.on('end', () => response.writeHead(status, { location: '/v2/c/blobs/uploads/1' }).end());
  });
  const call = copyImage(stream, { from: registry(from.origin), to: { origin: to.origin, repository: 'c' } });
  await expect(call).rejects.toMatchObject({ code: 'E3205', message: expect.stringContaining('its 5 bytes') });
});

test("a registry's login goes to its own host and to the token service that the spec names, over TLS, and nowhere else", async () => {
  const seen: string[] = [];
  const thief = await serve((request, response) => {
    seen.push(request.headers.authorization ?? '-');
    response.end('{"token":"t"}');
  });
  const realm =
    (address: string): Answer =>
    (request, response) =>
      request.headers.authorization?.startsWith('Bearer')
        ? response.end('{}')
        : response.writeHead(401, { 'www-authenticate': `Bearer realm="${address}/token",service="s"` }).end();
  const elsewhere = thief.origin.replace('127.0.0.1', 'localhost');
  const asking = await serve(realm(elsewhere));
  await expect(resolveImage(stream, registry(asking.origin, 'u:p'))).rejects.toMatchObject({
    code: 'E3009',
    actions: [expect.stringContaining('spec.charts.tokenService: localhost')],
  });
  const http = createHttp({ dialer, signal });
  const pushing = writeOci(http, { origin: asking.origin, username: 'u', password: 'p' });
  await expect(pushing.push('a/b', 'x')).rejects.toMatchObject({ code: 'E3009' });
  const plain = await serve(realm('http://192.0.2.1'));
  await expect(resolveImage(stream, registry(plain.origin, 'u:p', '192.0.2.1'))).rejects.toMatchObject({
    code: 'E3009',
    message: expect.stringContaining('without TLS'),
  });
  expect(seen).toEqual([]);
  await resolveImage(stream, registry(asking.origin));
  expect(seen).toEqual(['-']);
  await resolveImage(stream, registry(asking.origin, 'u:p', 'localhost'));
  expect(seen[1]).toMatch(/^Basic /);
});

test('an upload is not led to another host, and what came is judged by its bytes, not by what a header says of it', async () => {
  const other = await serve((_request, response) => response.writeHead(201).end());
  const away = other.origin.replace('127.0.0.1', 'localhost');
  const leading = await serve((_request, response) => response.writeHead(202, { location: `${away}/x` }).end());
  const http = createHttp({ dialer, signal });
  const registryAt = (origin: string) => ({ origin, username: 'u', password: 'p' });
  await expect(writeOci(http, registryAt(leading.origin)).push('a/b', 'x')).rejects.toMatchObject({ code: 'E3009' });
  expect(other.requests()).toBe(0);
  const claimed = `sha256:${sha256('what was pushed')}`;
  const lying = await serve((_request, response) =>
    response.writeHead(200, { 'docker-content-digest': claimed }).end('something else'),
  );
  const pulled = await readOci(http, registryAt(lying.origin)).pull({
    repository: 'a/b',
    digest: claimed,
    layer: claimed,
  });
  expect(pulled.layer).toBe(`sha256:${sha256('something else')}`);
});

test('nothing of the AWS settings of the shell turns Object Storage elsewhere', async () => {
  const { origin } = await serve(xml(() => '<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>'));
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  open.push({ close: () => rmSync(folder, { recursive: true, force: true }) });
  const file = join(folder, 'config');
  const settings = 'use_fips_endpoint = true\nuse_dualstack_endpoint = true\nendpoint_url = http://127.0.0.1:9\n';
  writeFileSync(file, `[profile work]\n${settings}retry_mode = adaptive\nmax_attempts = 99\n`);
  const shell = {
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_PROFILE: 'work',
    AWS_CONFIG_FILE: file,
    AWS_REGION: 'us-gov-west-1',
    AWS_DEFAULTS_MODE: 'nonsense',
    AWS_RETRY_MODE: 'nonsense',
    AWS_MAX_ATTEMPTS: 'nonsense',
  };
  const before = Object.fromEntries(Object.keys(shell).map((name) => [name, process.env[name]]));
  Object.assign(process.env, shell);
  try {
    expect(await s3(origin).listBuckets()).toEqual([]);
  } finally {
    for (const [name, value] of Object.entries(before))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
});

test('a store that has no name or does not listen is not one that refused', async () => {
  for (const endpoint of ['http://127.0.0.1:9', 'https://nowhere.invalid']) {
    await expect(s3(endpoint).listBuckets()).rejects.toMatchObject({
      code: 'E2301',
      message: expect.stringMatching(/cannot be reached to list buckets: .*(ECONNREFUSED|ENOTFOUND)/),
      actions: expect.not.arrayContaining(['catalyst resume']),
      data: { ambiguous: false },
    });
  }
});

test('Hetzner, PowerDNS, the pool-domain-manager and a registry say wrong things of every kind, and each is told as theirs', async () => {
  const junk = [
    null,
    7,
    'x',
    [],
    [null],
    {},
    { action: 7 },
    { actions: [null] },
    { server: null },
    { server: 7, actions: [{}] },
  ];
  const ours = (error: unknown) => isCatalystError(error) && error.exitCode === 5;
  for (const body of junk) {
    const { origin } = await serve(json(() => body));
    const api = hetzner(origin);
    const http = createHttp({ dialer, signal });
    const pdns = readPowerDns(http, { endpoint: origin, apiKey: 'k' });
    const calls: Promise<unknown>[] = [
      api.list('server'),
      api.get('server', 1),
      api.create('server', {}),
      api.pricing(),
      api.settle([
        {
          id: 1,
          command: 'c',
          status: 'running',
          started: '',
          finished: null,
          progress: 0,
          resources: [],
          error: null,
        },
      ]),
    ];
    for (const one of await Promise.allSettled(calls)) expect(one.status === 'rejected' && ours(one.reason)).toBe(true);
    const quiet = [
      api.delete('server', 1),
      api.act('server', 1, 'poweroff'),
      pdns.zones(),
      pdns.zone('a.b'),
      listAllocations(http, origin, 'a.b'),
    ];
    for (const one of await Promise.allSettled<unknown>(quiet))
      expect(one.status === 'fulfilled' || ours(one.reason)).toBe(true);
  }
});

import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type Registry, startRegistry } from '../../src/servers/registry/server.js';

const digestOf = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
let registry: Registry;

const start = (authorize?: Parameters<typeof startRegistry>[0]['authorize']) =>
  startRegistry({
    log: createRequestLog(),
    faults: createFaults(),
    charts: [{ name: 'cilium', version: '1.19.3+k3s', tgz: Buffer.from('archive') }],
    folder: 'charts',
    authorize,
  });
const call = (path: string, init?: RequestInit) => fetch(new URL(path, registry.endpoint), init);

beforeEach(async () => {
  registry = await start();
});
afterEach(() => registry.close());

test('a chart is found by its tag, and its layer is the archive', async () => {
  const manifest = await call('/v2/charts/cilium/manifests/1.19.3_k3s');
  const body = await manifest.text();
  expect(manifest.headers.get('docker-content-digest')).toBe(digestOf(body));
  const { config, layers } = JSON.parse(body);
  expect(config.mediaType).toBe('application/vnd.cncf.helm.config.v1+json');
  const layer = await call(`/v2/charts/cilium/blobs/${layers[0].digest}`);
  expect(await layer.text()).toBe('archive');
  expect(await (await call('/v2/charts/cilium/tags/list')).json()).toEqual({
    name: 'charts/cilium',
    tags: ['1.19.3_k3s'],
  });
  expect(await (await call('/v2/_catalog')).json()).toEqual({ repositories: ['charts/cilium'] });
  expect((await call('/v2/charts/cilium/manifests/9.9.9', { method: 'HEAD' })).status).toBe(404);
});

test('push in chunks, pull by digest, delete', async () => {
  const started = await call('/v2/apps/web/blobs/uploads/', { method: 'POST' });
  expect(started.status).toBe(202);
  const location = started.headers.get('location')!;
  const first = await call(location, { method: 'PATCH', body: 'abc', headers: { 'content-range': '0-2' } });
  expect(first.headers.get('range')).toBe('0-2');
  // a chunk that does not follow is refused, and what is there is told
  const gap = await call(location, { method: 'PATCH', body: 'x', headers: { 'content-range': '9-9' } });
  expect([gap.status, gap.headers.get('range')]).toEqual([416, '0-2']);
  await call(location, { method: 'PATCH', body: 'def', headers: { 'content-range': '3-5' } });
  expect((await call(`${location}?digest=${digestOf('wrong')}`, { method: 'PUT' })).status).toBe(400);
  expect((await call(`${location}?digest=${digestOf('abcdef')}`, { method: 'PUT' })).status).toBe(201);

  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { digest: digestOf('abcdef'), size: 6 },
    layers: [],
  });
  const put = await call('/v2/apps/web/manifests/v1', { method: 'PUT', body: manifest });
  expect(put.status).toBe(201);
  const pulled = await call(`/v2/apps/web/manifests/${digestOf(manifest)}`);
  expect(await pulled.text()).toBe(manifest);
  expect(pulled.headers.get('content-type')).toBe('application/vnd.oci.image.manifest.v1+json');
  expect((await call(`/v2/apps/web/manifests/${digestOf(manifest)}`, { method: 'DELETE' })).status).toBe(202);
  expect((await call('/v2/apps/web/manifests/v1')).status).toBe(404);
});

test('a manifest whose blobs were never pushed is refused', async () => {
  const manifest = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('never') }, layers: [] });
  const answer = await call('/v2/apps/web/manifests/v1', { method: 'PUT', body: manifest });
  expect([answer.status, (await answer.json()).errors[0].code]).toEqual([400, 'MANIFEST_BLOB_UNKNOWN']);
});

test('with an authority: asks for credentials, takes the right ones', async () => {
  await registry.close();
  registry = await start((given) => given?.username === 'admin' && given.password === 'p:w');
  const refused = await call('/v2/');
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="registry"']);
  const authorization = `Basic ${Buffer.from('admin:p:w').toString('base64')}`;
  expect((await call('/v2/', { headers: { authorization } })).status).toBe(200);
});

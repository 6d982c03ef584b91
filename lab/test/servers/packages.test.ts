import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { sha256 } from '../../../src/support/hash.js';
import { packageRoot } from '../../../src/support/package-root.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import type { Http } from '../../../src/tools/http/http.js';
import { parseImage } from '../../../src/tools/oci/image-name.js';
import { headImage } from '../../../src/tools/oci/oci.js';
import { issueCertificate } from '../../src/certificates.js';
import { hostOf, knownImages } from '../../src/images/known-images.js';
import { openRegistries, type Registries } from '../../src/images/registries.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type Registry, startRegistry } from '../../src/servers/registry/server.js';
import { type StubPackage, stubPackages } from '../../src/stub-packages.js';

let packages: StubPackage[];
let registry: Registry;
let front: Registries;
let agent: Agent;
beforeAll(async () => {
  packages = stubPackages(await loadBlueprints(join(packageRoot, 'templates/blueprints')));
  const authority = await issueCertificate({ commonName: 'Lab Root', isAuthority: true });
  const tools = { log: createRequestLog(), faults: createFaults(), clock };
  registry = await startRegistry({ ...tools, charts: [], folder: 'charts', packages });
  const repositories = packages.map(({ repository }) => repository);
  const logins = new Map([['ghcr.io', 'catalyst:right']]);
  front = await openRegistries({ ...tools, authority, logins, packages: { server: registry, repositories } });
  agent = new Agent({ connect: { ca: authority.certificate, servername: packages[0]!.host } });
});
afterAll(async () => {
  await agent.close();
  await Promise.all([front.close(), registry.close()]);
});

const get = async (path: string, method: 'GET' | 'HEAD' = 'GET') => {
  const { headers, statusCode, body } = await request(`https://127.0.0.1:${front.port}${path}`, {
    dispatcher: agent,
    method,
    headers: { host: packages[0]!.host },
  });
  return { headers, statusCode, body: Buffer.from(await body.arrayBuffer()) };
};

test('for each package that the tree names there is one of the same registry, name and tag', () => {
  expect(packages.map(({ host, repository, tag }) => `${host}/${repository}:${tag}`)).toEqual([
    'xpkg.upbound.io/upbound/provider-opentofu:v1.1.8',
    'xpkg.crossplane.io/crossplane-contrib/function-patch-and-transform:v0.10.3',
  ]);
  expect(front.hosts).toEqual(expect.arrayContaining(packages.map(({ host }) => host)));
});

test('it is an image by the names of its registry: what it brings stands in the layer that is marked', async () => {
  const { repository, tag } = packages[0]!;
  const head = await get(`/v2/${repository}/manifests/${tag}`, 'HEAD');
  const manifest = await get(`/v2/${repository}/manifests/${tag}`);
  expect(head.headers['docker-content-digest']).toBe(`sha256:${sha256(manifest.body)}`);
  const { config, layers } = JSON.parse(String(manifest.body));
  expect(layers).toMatchObject([{ annotations: { 'io.crossplane.xpkg': 'base' } }]);
  const layer = gunzipSync((await get(`/v2/${repository}/blobs/${layers[0].digest}`)).body);
  const about = JSON.parse(String((await get(`/v2/${repository}/blobs/${config.digest}`)).body));
  expect(about.rootfs.diff_ids).toEqual([`sha256:${sha256(layer)}`]);
  const files: Record<string, string> = {};
  const archive = extract();
  archive.end(layer);
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    files[entry.header.name] = String(Buffer.concat(chunks));
  }
  expect(Object.keys(files)).toEqual(['package.yaml']);
  expect(parseYamlStream(files['package.yaml']!).map((one) => (one as { metadata: object }).metadata)).toMatchObject([
    { name: 'provider-opentofu' },
    { name: 'providerconfigs.opentofu.upbound.io' },
    { name: 'providerconfigusages.opentofu.upbound.io' },
    { name: 'workspaces.opentofu.upbound.io' },
  ]);
});

/** What the product's own client sees of an image, through this front. */
async function status(image: string, login?: string): Promise<number> {
  const { registry: host, repository, tag = '' } = parseImage(image)!;
  const http: Http = async ({ url, method = 'GET', headers = {} }) => {
    const at = new URL(url);
    const answer = await request(`https://127.0.0.1:${front.port}${at.pathname}${at.search}`, {
      dispatcher: agent,
      method: method as 'GET',
      headers: { ...headers, host: at.host },
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers as Record<string, string>, text };
  };
  const access = { origin: `https://${hostOf(host)}`, repository, ...(login ? { login } : {}) };
  return headImage(http, access, { reference: tag, timeoutMs: 5000 });
}

test.each<[string, string | undefined, number]>([
  ['docker.io/library/busybox:1.37.0', undefined, 200],
  ['docker.io/library/busybox:1.37.1', undefined, 404],
  ['docker.io/library/buzybox:1.37.0', undefined, 401],
  ['ghcr.io/openova-io/openova/catalyst-api:4f80be2', undefined, 401],
  ['ghcr.io/openova-io/openova/catalyst-api:4f80be2', 'catalyst:wrong', 401],
  ['ghcr.io/openova-io/openova/catalyst-api:4f80be2', 'catalyst:right', 200],
  ['ghcr.io/openova-io/openova/pool-domain-manager:4f80be2', 'catalyst:right', 404],
  ['xpkg.upbound.io/upbound/provider-opentofu:v9.9.9', undefined, 404],
])('the registry answers for %s with the login %s: %i', async (image, login, expected) => {
  expect(await status(image, login)).toBe(expected);
});

test('every image has its evidence, and none twice', () => {
  for (const { image, seen, at } of knownImages) {
    expect(parseImage(image), image).toBeDefined();
    expect(seen.length, image).toBeGreaterThan(20);
    expect(at).toMatch(/^2026-\d\d-\d\d$/);
  }
  expect(new Set(knownImages.map(({ image }) => image)).size).toBe(knownImages.length);
});

import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { sha256 } from '../../../src/support/hash.js';
import { packageRoot } from '../../../src/support/package-root.js';
import { parseYamlStream } from '../../../src/support/yaml/yaml.js';
import { issueCertificate } from '../../src/certificates.js';
import { createFaults } from '../../src/faults.js';
import { openPackageFront, type PackageFront } from '../../src/package-front.js';
import { createRequestLog } from '../../src/request-log.js';
import { type Registry, startRegistry } from '../../src/servers/registry/server.js';
import { type StandInPackage, standInPackages } from '../../src/stand-in-packages.js';

let packages: StandInPackage[];
let registry: Registry;
let front: PackageFront;
let agent: Agent;
beforeAll(async () => {
  packages = standInPackages(await loadBlueprints(join(packageRoot, 'templates/blueprints')));
  const authority = await issueCertificate({ commonName: 'Lab Root', isAuthority: true });
  const tools = { log: createRequestLog(), faults: createFaults(), clock };
  registry = await startRegistry({ ...tools, charts: [], folder: 'charts', packages });
  front = await openPackageFront({ ...tools, authority, registry, hosts: packages.map(({ host }) => host) });
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
  });
  return { headers, statusCode, body: Buffer.from(await body.arrayBuffer()) };
};

test('for each package that the tree names there is one of the same registry, name and tag', () => {
  expect(packages.map(({ host, repository, tag }) => `${host}/${repository}:${tag}`)).toEqual([
    'xpkg.upbound.io/upbound/provider-opentofu:v1.1.3',
    'xpkg.crossplane.io/crossplane-contrib/function-patch-and-transform:v0.10.3',
  ]);
  expect(front.hosts).toEqual(['xpkg.upbound.io', 'xpkg.crossplane.io']);
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

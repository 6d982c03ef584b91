import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { createFaults } from '../../src/requests/faults.js';
import type { LabHandler, LabRequest } from '../../src/requests/http-server.js';
import { answerFrom } from '../../src/servers/dns-answer.js';
import { claimName } from '../../src/servers/mother/catalyst.js';
import { type Claims, createClaims } from '../../src/servers/mother/claims.js';
import { motherContents, motherGitFiles } from '../../src/servers/mother/contents.js';
import { fillZones, poolRows } from '../../src/servers/mother/dns-data.js';
import { recordIds, writeRecords } from '../../src/servers/mother/records.js';
import { type MotherServices, motherServices } from '../../src/servers/mother/services.js';
import { createZones, type Zones } from '../../src/servers/zones.js';

const fqdn = 'omantel.omani.works';
let directory: string;
let claims: Claims;
let zones: Zones;
let mother: MotherServices;
let now: number;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mother-'));
  now = Date.parse('2026-11-23T00:00:00Z');
  claims = createClaims(directory);
  zones = createZones(() => new Date(now));
  const clock = { now: () => new Date(now), sleep: async () => {} };
  mother = motherServices({ claims, zones, powerDnsApiKey: 'key', faults: createFaults(), clock });
  writeRecords(claims, fqdn);
  fillZones(zones, 'omani.works', 'omantel');
  for (const row of poolRows('omani.works', 'omantel')) mother.pdm.add(row);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function call(handler: LabHandler, path: string, method = 'GET', body?: object) {
  const url = new URL(path, 'http://x');
  const request = {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { host: 'console.openova.io' },
    body: Buffer.from(body ? JSON.stringify(body) : ''),
  } as LabRequest;
  const response = await handler(request);
  // biome-ignore lint/suspicious/noExplicitAny: bodies of many kinds; each test reads its own
  return { status: response.status, body: response.body as any };
}
const api = (path: string) => call(mother.handlers.get('catalyst/catalyst-api')!, path);
const record = `deployments/${recordIds.ours[0]}.json`;
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('catalyst-api serves from memory and writes a deleted record back; not when its process is stopped first', async () => {
  mother.catalystApi.start();
  claims.remove('catalyst', claimName, record);
  await settled();
  expect(claims.list('catalyst', claimName)).toContain(record);
  mother.catalystApi.stop();
  expect((await api('/healthz')).status).toBe(503);
  claims.remove('catalyst', claimName, record);
  await settled();
  mother.catalystApi.start();
  expect(claims.list('catalyst', claimName)).not.toContain(record);
  expect((await api(`/api/v1/deployments/${recordIds.ours[0]}`)).status).toBe(404);
  expect((await api(`/api/v1/deployments/${recordIds.other}`)).body).toMatchObject({
    sovereignFQDN: 'otech.omani.works',
  });
});

test('a kubeconfig is given to anybody who knows the id, as on the real one', async () => {
  mother.catalystApi.start();
  const answer = await api(`/api/v1/deployments/${recordIds.ours[1]}/kubeconfig`);
  expect([answer.status, answer.body.includes(fqdn)]).toEqual([200, true]);
  expect((await api(`/api/v1/deployments/${recordIds.ours[0]}/kubeconfig`)).status).toBe(409);
});

test('a path cannot leave its claim', () => {
  claims.write('catalyst', 'other', 'secret', 'x');
  expect(claims.read('catalyst', claimName, '../other/secret')).toBeUndefined();
  expect(claims.remove('catalyst', claimName, '../other/secret')).toBe(false);
});

test('the pool-domain-manager tells anybody who holds which name of its pools', async () => {
  const list = (pool: string) =>
    call(mother.handlers.get('openova-system/pool-domain-manager')!, `/api/v1/pool/${pool}/list`);
  const { allocations } = (await list('omani.works')).body;
  expect(allocations).toContainEqual(expect.objectContaining({ subdomain: 'omantel', state: 'active' }));
});

test('a name that is reserved is a zone of its own, and shadows whatever the parent zone refers to', () => {
  const ask = () => answerFrom(zones, { name: fqdn, type: 'NS' });
  expect(zones.get(fqdn)?.keys.map(({ keytype }) => keytype)).toEqual(['ksk', 'zsk']);
  const parent = zones.get('omani.works')!;
  zones.set(parent, { name: `${fqdn}.`, type: 'NS', ttl: 300, contents: [`ns1.${fqdn}.`] });
  zones.set(parent, { name: `ns1.${fqdn}.`, type: 'A', ttl: 300, contents: ['203.0.113.10'] });
  expect(ask()).toMatchObject({
    authoritative: true,
    answers: [{ contents: expect.arrayContaining(['ns1.openova.io.']) }],
  });
  zones.remove(fqdn);
  expect(ask()).toMatchObject({
    ...{ authoritative: false, answers: [] },
    additionals: [{ contents: ['203.0.113.10'] }],
  });
});

test('a domain that is none of its pools is refused, and the mother has nothing of a name in it', async () => {
  const pdm = mother.handlers.get('openova-system/pool-domain-manager')!;
  expect(await call(pdm, '/api/v1/pool/cloud.example/list')).toMatchObject({
    status: 422,
    body: { error: 'unsupported-pool' },
  });
  fillZones(zones, 'cloud.example', 'sky');
  expect(poolRows('cloud.example', 'sky')).toEqual([]);
  expect(zones.get('sky.cloud.example')).toBeUndefined();
  expect(zones.get('cloud.example')?.rrsets.has('sky.cloud.example. NS')).toBe(false);
});

test('Flux brings the demos from Git; two Certificates of one name stand in two namespaces for one host', () => {
  const { objects, namespaces } = motherContents({ fqdn, powerDnsApiKey: 'key', git: 'http://git' });
  const files = [...motherGitFiles(fqdn)].filter(([path]) => !path.endsWith('kustomization.yaml'));
  type Named = { kind: string; metadata: { name: string; namespace?: string } };
  const brought = files.flatMap(([, text]) => parseYamlStream(text) as Named[]);
  expect(brought.filter((one) => one.kind === 'Deployment' && one.metadata.namespace === 'sme')).toHaveLength(13);
  const nameOf = ({ kind, metadata }: Named) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  expect(objects.map(nameOf).filter((name) => brought.map(nameOf).includes(name))).toEqual([]);
  const shared = brought.filter((one) => one.kind === 'Certificate' && one.metadata.name === 'console-openova-tls');
  expect(shared.map((one) => one.metadata.namespace).sort()).toEqual(['catalyst', 'sme']);
  const known = new Set(namespaces.map((one) => one.metadata.name).concat('kube-system'));
  for (const object of objects) if (object.metadata.namespace) expect(known).toContain(object.metadata.namespace);
});

/** Every object of the tree against the true definition of its kind, on a real API server: unknown and wrong fields are refused. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEngines } from '../../lab/src/engines/build/cache.js';
import { upstreamCrds } from '../../lab/src/engines/build/upstream-crds.js';
import { createTransport } from '../../lab/src/kubernetes/client/client-transport.js';
import { loadBlueprints } from '../../src/blueprints/catalog/load.js';
import { renderTree } from '../../src/blueprints/render/render.js';
import type { KubeObject } from '../../src/kubernetes/client/kube.js';
import { loadSpec } from '../../src/sovereign/spec/load-spec.js';
import { realServer, type Server } from './conformance/servers.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const crds = upstreamCrds(findEngines(process.env));

/** Our own kinds: Crossplane makes their definitions from our XRDs. */
const without = [
  'xnodepools.compose.openova.io',
  'nodepoolclaims.compose.openova.io',
  'xloadbalancers.compose.openova.io',
  'loadbalancerclaims.compose.openova.io',
  'xbuckets.compose.openova.io',
  'bucketclaims.compose.openova.io',
];

let server: Server;
let transport: ReturnType<typeof createTransport>;
let shapes: { name: string; versions: string[] }[];
let objects: KubeObject[];
beforeAll(async () => {
  const blueprints = await loadBlueprints(here('../../templates/blueprints'));
  const { sovereign } = loadSpec(here('../../examples/omantel.yaml'));
  shapes = blueprints.flatMap((one) => [one, ...one.releases].flatMap(({ crdShapes }) => crdShapes));
  objects = renderTree(sovereign, blueprints).folders.flatMap(({ files }) => files.flatMap((file) => file.objects));
  server = await realServer();
  transport = createTransport(server.kubeconfig, 'engines-test');
  for (const { name } of shapes) {
    const body = crds.object(name);
    if (body) await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', body);
  }
});
afterAll(async () => {
  transport.close();
  await server.close();
});

async function post(path: string, body: object) {
  const answer = await transport.raw('POST', path, { body, contentType: 'application/json' });
  return { status: answer.status, message: (JSON.parse(answer.body) as { message?: string }).message };
}

test('true definitions are there', () => {
  expect(shapes.filter(({ name }) => !crds.yaml(name)).map(({ name }) => name)).toEqual(without);
});

test('the versions that Blueprints name are those of the true definitions', () => {
  const wrong = shapes.flatMap(({ name, versions }) => {
    const { versions: served = [] } = (crds.object(name)?.spec ?? {}) as {
      versions?: { name: string; served: boolean }[];
    };
    const names = served.filter((one) => one.served).map((one) => one.name);
    return crds.yaml(name)
      ? versions.filter((one) => !names.includes(one)).map((one) => `${name} ${one} (${names})`)
      : [];
  });
  expect(wrong).toEqual([]);
});

test('every object of the tree whose kind has a true definition is taken', async () => {
  const kinds = new Map(
    shapes.flatMap(({ name }) => {
      const spec = crds.object(name)?.spec;
      return spec ? [[`${spec.group}/${spec.names.kind}`, spec] as const] : [];
    }),
  );
  const kindOf = ({ apiVersion, kind }: KubeObject) => kinds.get(`${apiVersion.split('/')[0]}/${kind}`);
  const ours = objects.filter(kindOf);
  expect(ours.length).toBeGreaterThan(60);
  for (const namespace of new Set(ours.flatMap(({ metadata }) => metadata.namespace ?? [])))
    await post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const refused: string[] = [];
  for (const object of ours) {
    const { scope, names } = kindOf(object)!;
    const space = scope === 'Namespaced' ? `/namespaces/${object.metadata.namespace}` : '';
    const path = `/apis/${object.apiVersion}${space}/${names.plural}?dryRun=All&fieldValidation=Strict`;
    let answer = await post(path, object);
    // a definition is served some time after it was taken
    while (answer.status === 404 && !answer.message?.includes('namespaces')) answer = await post(path, object);
    if (answer.status !== 201) refused.push(`${object.kind} ${object.metadata.name}: ${answer.message}`);
  }
  expect(refused).toEqual([]);
}, 120_000);

test('the short names that the lab gives kinds are those of the true definitions', async () => {
  const rows = shapes.flatMap(({ name }) => {
    const short = crds.object(name)?.spec.names.shortNames as string[] | undefined;
    return short?.length ? [[name, short] as const] : [];
  });
  rows.sort(([a], [b]) => (a < b ? -1 : 1));
  const table = rows.map(
    ([name, short]) => `  ${JSON.stringify(name)}: ${JSON.stringify(short).replaceAll(',', ', ')}`,
  );
  await expect(`{\n${table.join(',\n')}\n}\n`).toMatchFileSnapshot(
    here('../../src/blueprints/catalog/crds/crd-names.json'),
  );
});

test('the kinds to which the lab gives no status subresource are those of the true definitions', async () => {
  const without = shapes.flatMap(({ name }) => {
    const { versions = [] } = (crds.object(name)?.spec ?? {}) as {
      versions?: { subresources?: { status?: object } }[];
    };
    return versions.length > 0 && versions.every(({ subresources }) => !subresources?.status) ? [name] : [];
  });
  const text = without.sort().map((name) => `  ${JSON.stringify(name)}`);
  await expect(`[\n${text.join(',\n')}\n]\n`).toMatchFileSnapshot(
    here('../../src/blueprints/catalog/crds/crd-without-status.json'),
  );
});

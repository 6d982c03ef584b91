import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Registry } from '../../../lab/src/servers/registry/server.js';
import { mirrorBlueprints } from '../../../src/actions/blueprint/mirror.js';
import type { Context } from '../../../src/actions/session/context.js';
import type { Blueprint } from '../../../src/blueprints/catalog/blueprint.js';
import { allReleases } from '../../../src/blueprints/catalog/releases.js';
import { chartsFromSources, chartsIn } from '../../../src/blueprints/charts/chart-folder.js';
import { imagesIn, lintCharts } from '../../../src/blueprints/lint/charts.js';
import { lintTree } from '../../../src/blueprints/lint/lint.js';
import { placedObjects } from '../../../src/blueprints/lint/placed.js';
import { type RenderedTree, renderTree } from '../../../src/blueprints/render/render.js';
import { variablesOf } from '../../../src/blueprints/render/variables.js';
import { switchedSpec } from '../../../src/cli/context/spec/switch-spec.js';
import { chartTemplate } from '../../../src/cli/text/chart-template.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createDialer } from '../../../src/tools/dialer/dialer.js';
import { createHelmCharts } from '../../../src/tools/helm/helm-charts.js';
import { createHttpStream } from '../../../src/tools/http/http-stream.js';
import { copyImage } from '../../../src/tools/oci/copy.js';
import { parseImage } from '../../../src/tools/oci/image-name.js';
import { type Adapters, writersOf } from '../../../src/world/gate/writers.js';
import type { Act } from '../../../src/world/step.js';
import { demoChart, exec, helm, inScratch, registryWith } from './charts-rig.js';
import { blueprints, omantel } from './rig.js';

const { signal } = new AbortController();
const http = createHttpStream({ dialer: createDialer({ connectTo: [] }), signal });
const digestOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const mirrored = 'harbor.omantel.omani.works/mirror';
const access = async (host: string) => ({ origin: `http://${host}` });

let source: Registry;
let target: Registry;
const sourceHost = () => `127.0.0.1:${source.port}`;
const targetHost = () => `127.0.0.1:${target.port}`;

beforeAll(async () => {
  [source, target] = await Promise.all([registryWith([]), registryWith([])]);
});
afterAll(() => Promise.all([source.close(), target.close()]));

/** An image for two platforms in the source; answers the digest of its index. */
async function pushIndex(repository: string, tag: string): Promise<string> {
  const put = async (bytes: Buffer) => {
    await source.storage.putBlob(repository, digestOf(bytes), bytes);
    return { digest: digestOf(bytes), size: bytes.length };
  };
  const manifests = [];
  for (const platform of ['amd64', 'arm64']) {
    const layers = [await put(Buffer.from(`${repository} layer for ${platform}`.repeat(1000)))];
    const config = await put(Buffer.from(JSON.stringify({ architecture: platform })));
    const manifest = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.manifest.v1+json', config, layers }),
    );
    await source.storage.putManifest(repository, digestOf(manifest), digestOf(manifest), manifest);
    manifests.push({ digest: digestOf(manifest), size: manifest.length });
  }
  const index = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }),
  );
  await source.storage.putManifest(repository, tag, digestOf(index), index);
  return digestOf(index);
}

it('copies an image with all its platforms, under the same digest and tag, and a second time sends no layer', async () => {
  const digest = await pushIndex('team/app', '1.0');
  const from = { origin: `http://${sourceHost()}`, repository: 'team/app', reference: '1.0' };
  const to = { origin: `http://${targetHost()}`, repository: 'mirror/team/app', tag: '1.0' };
  expect(await copyImage(http, { from, to })).toBe(digest);
  const kept = await target.storage.manifest('mirror/team/app', '1.0');
  expect(kept?.digest).toBe(digest);
  for (const child of JSON.parse(String(kept?.body)).manifests as { digest: string }[]) {
    const { layers } = JSON.parse(String((await target.storage.manifest('mirror/team/app', child.digest))?.body));
    expect(digestOf((await target.storage.blob(layers[0].digest))!)).toBe(layers[0].digest);
  }
  const methods: string[] = [];
  const counted: typeof http = (request) => {
    methods.push(`${request.method ?? 'GET'} ${new URL(request.url).pathname.split('/').at(-2)}`);
    return http(request);
  };
  expect(await copyImage(counted, { from, to })).toBe(digest);
  expect(methods.filter((one) => one.startsWith('POST') || one === 'GET blobs')).toEqual([]);
});

it.each([
  ['an image that is not there', { repository: 'team/none', reference: '1.0' }, /answered 404/],
  ['a digest that is not there', { repository: 'team/app', reference: `sha256:${'0'.repeat(64)}` }, /answered 404/],
])('refuses %s, by name', async (_, named, message) => {
  const from = { origin: `http://${sourceHost()}`, ...named };
  const to = { origin: `http://${targetHost()}`, repository: 'mirror/x' };
  await expect(copyImage(http, { from, to })).rejects.toMatchObject({
    code: 'E3205',
    message: expect.stringMatching(message),
  });
});

it('refuses a layer whose bytes are not those of its digest', async () => {
  await pushIndex('team/rotten', '1.0');
  const layer = Buffer.from('team/rotten layer for amd64'.repeat(1000));
  await source.storage.putBlob('team/rotten', digestOf(layer), Buffer.from('x'.repeat(layer.length)));
  const from = { origin: `http://${sourceHost()}`, repository: 'team/rotten', reference: '1.0' };
  await expect(
    copyImage(http, { from, to: { origin: `http://${targetHost()}`, repository: 'm/rotten' } }),
  ).rejects.toMatchObject({ code: 'E3205' });
  expect(await target.storage.tags('m/rotten')).toEqual([]);
});

it(
  'mirrors charts and images through the gate, and the tree takes both from there by digest',
  () =>
    inScratch(async (dir) => {
      const digest = await pushIndex('valkey/valkey', '9.0');
      const image = `${sourceHost()}/valkey/valkey:9.0`;
      const container = { name: 'main', image };
      const deployment = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'valkey' },
        spec: { template: { spec: { containers: [container] } } },
      };
      const tgz = await demoChart('valkey', '0.11.0', [
        { path: 'templates/deployment.yaml', text: JSON.stringify(deployment) },
      ]);
      const charts = createHelmCharts({ exec, helm, signal });
      await charts.push('valkey-0.11.0.tgz', tgz, `oci://${sourceHost()}/charts`, true);
      const sentences: string[] = [];
      const act: Act = async (mutation, change) => {
        sentences.push(mutation.sentence);
        return change(writersOf({ charts, httpStream: http } as unknown as Adapters), { id: 'op', signal });
      };
      const valkey = (await blueprints()).filter(({ name }) => name === 'bp-valkey');
      const own = valkey.map((one) => ({ ...one, documents: { ...one.documents, values: { values: {} } } }));
      const sovereign = omantel(() => ({ charts: { mirror: `oci://${sourceHost()}/charts`, insecure: true } }));
      const template = chartTemplate({ redactor: createRedactor(), env: process.env, signal } as Context, await helm());
      const result = await mirrorBlueprints(sovereign, own, {
        registry: `oci://${targetHost()}/charts`,
        insecure: true,
        charts,
        act,
        images: {
          registry: `${targetHost()}/mirror`,
          access,
          charts: { folders: chartsFromSources(sovereign, charts, dir), template },
        },
      });
      const to = `${targetHost()}/mirror/127.0.0.1-${source.port}/valkey/valkey`;
      expect(sentences).toEqual([
        `push chart valkey 0.11.0 to oci://${targetHost()}/charts`,
        `copy image ${image} to ${to}`,
      ]);
      expect(result.images).toEqual([{ image, digest, to }]);
      expect((await target.storage.manifest('charts/valkey', '0.11.0'))?.digest).toBe(result.charts[0]!.digest);

      const switched = switchedSpec(sovereign, result.spec);
      const objects = placedObjects(renderTree(switched, own), own).map(({ object }) => object);
      expect(objects.find(({ kind }) => kind === 'HelmRepository')!.spec.url).toBe(`oci://${targetHost()}/charts`);
      expect(objects.find(({ kind }) => kind === 'HelmRelease')!.spec.postRenderers).toEqual([
        { kustomize: { images: [{ name: `${sourceHost()}/valkey/valkey`, newName: to, digest }] } },
      ]);
    }),
  120_000,
);

it('switches every image of the plain objects, those of PostgreSQL and of Crossplane packages too, and the tree stays clean', async () => {
  const all = await blueprints();
  // values of a HelmRelease are led to the mirror once its chart is rendered
  const imagesOf = (tree: RenderedTree, name: string) =>
    imagesIn(
      placedObjects(tree, all).flatMap(({ blueprint, object }) =>
        blueprint === name && object.kind !== 'HelmRelease' ? [object] : [],
      ),
    );
  const plain = renderTree(omantel(), all);
  const digest = `sha256:${'a'.repeat(64)}`;
  const spec = Object.fromEntries(
    all.map(({ name }) => {
      const names = imagesOf(plain, name).map((image) => parseImage(image)!.written);
      return [name, { images: Object.fromEntries(names.map((one) => [one, `${mirrored}/${one}@${digest}`])) }];
    }),
  );
  const sovereign = omantel(() => ({ blueprints: spec }));
  const tree = renderTree(sovereign, all);
  const images = all.flatMap(({ name }) => imagesOf(tree, name));
  expect(images).toContain(`${mirrored}/ghcr.io/cloudnative-pg/postgresql:17.6@${digest}`);
  expect(images.filter((image) => image.includes('/xpkg.'))).toHaveLength(2);
  expect(images.filter((image) => !image.startsWith(`${mirrored}/`))).toEqual([]);
  expect(lintTree(tree, sovereign, all)).toEqual([]);
});

/** A chart whose program is told of two images by its arguments. */
const starter = (values: object) => [
  { path: 'values.yaml', text: JSON.stringify(values) },
  {
    path: 'templates/deployment.yaml',
    text: `apiVersion: apps/v1
kind: Deployment
metadata: {name: valkey}
spec:
  template:
    spec:
      containers:
        - name: main
          image: demo:1.0
          args:
            - --scanner={{ .Values.scan.host }}/{{ .Values.scan.path }}:{{ .Values.scan.tag }}
            - --other=quay.io/team/other:2.0
`,
  },
];
const scan = { image: 'ghcr.io/team/scan', registry: 'scan.host', repository: 'scan.path', tag: 'scan.tag' };

it('knows the images that a program starts itself, names those that nobody knows, and leads the known to the mirror', () =>
  inScratch(async (dir) => {
    await writeFile(
      join(dir, 'valkey-0.11.0.tgz'),
      await demoChart('valkey', '0.11.0', starter({ scan: { host: 'ghcr.io', path: 'team/scan', tag: '3.1' } })),
    );
    const template = chartTemplate({ redactor: createRedactor(), env: process.env, signal } as Context, await helm());
    const all = await blueprints();
    const valkey = all.find(({ name }) => name === 'bp-valkey')!;
    const lint = (startsImages: Blueprint['startsImages'], sovereign = omantel()) => {
      const runsImages = ['demo:1.0', 'ghcr.io/team/scan:3.1'];
      const documents = { ...valkey.documents, values: { values: {} } };
      const own = { ...valkey, runsImages, startsImages, documents };
      return lintCharts(sovereign, [own], all, { folders: chartsIn(dir, join(dir, 'scratch')), template });
    };
    const known = await lint([scan]);
    expect(known.charts[0]!.images).toEqual(['demo:1.0', 'ghcr.io/team/scan:3.1']);
    expect(known.findings).toMatchObject([
      { rule: 'started-image', severity: 'warning', message: expect.stringContaining('quay.io/team/other:2.0') },
    ]);
    const wrong = await lint([{ ...scan, image: 'ghcr.io/team/gone' }]);
    expect(wrong.findings.filter(({ severity }) => severity === 'error')).toMatchObject([{ rule: 'started-image' }]);

    const to = `${mirrored}/ghcr.io/team/scan@sha256:${'b'.repeat(64)}`;
    const sovereign = omantel(() => ({ blueprints: { 'bp-valkey': { images: { 'ghcr.io/team/scan': to } } } }));
    // what the charts run is the same, wherever it is then taken from
    expect(await lint([scan], sovereign)).toEqual(known);
    const [release] = allReleases({ ...valkey, startsImages: [scan] }, sovereign, variablesOf(sovereign));
    expect(release!.values['scan']).toEqual({
      host: 'harbor.omantel.omani.works',
      path: 'mirror/ghcr.io/team/scan',
    });
  }));

it('ends with the name of a chart that cannot be had', async () => {
  const act: Act = () => Promise.reject(new Error('nothing may be changed'));
  const charts = createHelmCharts({ exec, helm, signal });
  const sovereign = omantel(() => ({ charts: { mirror: `oci://${sourceHost()}/nowhere`, insecure: true } }));
  const few = (await blueprints()).filter(({ name }) => name === 'bp-harbor');
  const request = { registry: `oci://${targetHost()}/charts`, insecure: true, charts, act };
  await expect(mirrorBlueprints(sovereign, few, request)).rejects.toMatchObject({ code: 'E3204' });
}, 60_000);

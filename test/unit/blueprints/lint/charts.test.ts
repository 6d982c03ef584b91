import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Context } from '../../../../src/actions/session/context.js';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { type ChartFolders, chartsFromSources, chartsIn } from '../../../../src/blueprints/charts/chart-folder.js';
import { lintCharts } from '../../../../src/blueprints/lint/charts.js';
import type { Values } from '../../../../src/blueprints/render/merge.js';
import { chartTemplate } from '../../../../src/cli/text/chart-template.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createHelmCharts } from '../../../../src/tools/helm/helm-charts.js';
import { demoChart, exec, helm, inScratch, registryWith } from '../charts-rig.js';
import { blueprints, omantel } from '../rig.js';

const signal = new AbortController().signal;

/** bp-valkey with the values of a test instead of its own. */
async function valkeyWith(values: Values, kubernetes?: string): Promise<Blueprint> {
  const valkey = (await blueprints()).find(({ name }) => name === 'bp-valkey')!;
  const chart = kubernetes ? { ...valkey.chart, kubernetes } : valkey.chart;
  return { ...valkey, chart, runsImages: ['demo:1.0'], documents: { ...valkey.documents, values: { values } } };
}

async function lint(folders: ChartFolders, values: Values, sovereign = omantel(), kubernetes?: string) {
  const template = chartTemplate({ redactor: createRedactor(), env: process.env, signal } as Context, await helm());
  const all = await blueprints();
  return lintCharts(sovereign, [await valkeyWith(values, kubernetes)], all, { folders, template });
}

const rules = ({ findings }: Awaited<ReturnType<typeof lint>>) =>
  findings.map(({ rule, severity }) => `${severity} ${rule}`);

/** An unpacked chart as the archive of `demoChart` has it. */
async function archived(dir: string, more: Parameters<typeof demoChart>[2] = []) {
  await writeFile(join(dir, 'valkey-0.11.0.tgz'), await demoChart('valkey', '0.11.0', more));
  return chartsIn(dir, join(dir, 'scratch'));
}

it('renders an archive for each Kubernetes version and reports keys, workloads and images', () =>
  inScratch(async (dir) => {
    const result = await lint(await archived(dir), { replicas: 2, nested: { known: false } });
    expect(result.findings).toEqual([]);
    expect(result.charts).toMatchObject([
      { chart: 'valkey', keys: 3, workloads: ['Deployment valkey/valkey'], images: ['demo:1.0'] },
    ]);
    expect(result.charts[0]!.kubernetes.map((version) => version.slice(0, 4))).toEqual([
      '1.31',
      '1.32',
      '1.33',
      '1.34',
      '1.35',
      '1.36',
    ]);
  }));

it('finds an image that the chart runs and the Blueprint does not name, and one that it names in vain', () =>
  inScratch(async (dir) => {
    const all = await blueprints();
    const blueprint = { ...(await valkeyWith({})), runsImages: ['demo:1.1'] };
    const template = chartTemplate({ redactor: createRedactor(), env: process.env, signal } as Context, await helm());
    const result = await lintCharts(omantel(), [blueprint], all, { folders: await archived(dir), template });
    expect(result.findings.map(({ rule, severity, message }) => `${severity} ${rule}: ${message}`)).toEqual([
      'error images: valkey 0.11.0 runs demo:1.0, which the Blueprint does not name',
      'warning images: valkey 0.11.0 does not run demo:1.1',
    ]);
  }));

it("reads what Go's YAML parser reads, counts no image of helm test, and takes kubectl of any Kubernetes version as the same", () =>
  inScratch(async (dir) => {
    const text = [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: "registry.k8s.io/kubectl:{{ .Capabilities.KubeVersion.Version }}"',
      '      command: [\n        "true"\n      ]',
      '---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, annotations: {helm.sh/hook: test}}\nspec: {containers: [{name: b, image: "tested:1"}]}',
    ];
    const all = await blueprints();
    const folders = await archived(dir, [{ path: 'templates/more.yaml', text: text.join('\n') }]);
    const blueprint = { ...(await valkeyWith({})), runsImages: ['demo:1.0', 'registry.k8s.io/kubectl:v1.35.4'] };
    const template = chartTemplate({ redactor: createRedactor(), env: process.env, signal } as Context, await helm());
    const { findings, charts } = await lintCharts(omantel(), [blueprint], all, { folders, template });
    expect(findings).toEqual([]);
    expect(charts[0]!.images).toEqual(['demo:1.0', 'registry.k8s.io/kubectl:v1.36.0']);
  }));

it('finds a key that the chart does not know, though it has no schema, at any depth', () =>
  inScratch(async (dir) => {
    const result = await lint(await archived(dir), { nested: { knwon: false }, replicaz: 2 });
    expect(result.findings.map(({ rule, path }) => [rule, path])).toEqual([
      ['unknown-key', 'bp-valkey: nested.knwon'],
      ['unknown-key', 'bp-valkey: replicaz'],
    ]);
  }));

it("finds values that break the chart's schema, once for all versions, with helm's words", () =>
  inScratch(async (dir) => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      properties: { replicas: { type: 'integer' } },
    };
    const folders = await archived(dir, [{ path: 'values.schema.json', text: JSON.stringify(schema) }]);
    const result = await lint(folders, { replicas: 'many' });
    const [first] = result.findings;
    expect(first).toMatchObject({ rule: 'template', severity: 'error' });
    expect(first!.message).toMatch(/1\.31\.0, 1\.32\.0.*1\.36\.0.*replicas/s);
  }));

it('renders for the Kubernetes versions that the Blueprint says its chart takes, and finds that it takes fewer', () =>
  inScratch(async (dir) => {
    const folders = await archived(dir, [
      { path: 'Chart.yaml', text: 'apiVersion: v2\nname: valkey\nversion: 0.11.0\nkubeVersion: ^1.33.0-0\n' },
    ]);
    const unsaid = await lint(folders, {});
    expect(rules(unsaid)).toEqual(['error template']);
    expect(unsaid.findings[0]!.message).toMatch(/does not render for Kubernetes 1\.31\.0, 1\.32\.0: .*1\.33/s);
    const said = await lint(folders, {}, omantel(), '>=1.33.0');
    expect(said.findings).toEqual([]);
    expect(said.charts[0]!.kubernetes).toEqual(['1.33.0', '1.34.0', '1.35.0', '1.36.0']);
  }));

it('finds a Secret that a workload mounts and nobody makes', () =>
  inScratch(async (dir) => {
    const result = await lint(await archived(dir), { secret: 'nobodys' });
    expect(rules(result)).toEqual(['error mount']);
    expect(result.findings[0]!.message).toContain('Secret valkey/nobodys');
  }));

it('finds a workload that the metadata promises and the chart does not make', () =>
  inScratch(async (dir) => {
    const folders = await archived(dir, [{ path: 'templates/deployment.yaml', text: '' }]);
    expect(rules(await lint(folders, {}))).toContain('error workload');
  }));

it('names a chart that is not there, another version, and passes over a link that leads nowhere', () =>
  inScratch(async (dir) => {
    expect(rules(await lint(chartsIn(dir, dir), {}))).toEqual(['warning chart-missing']);
    await mkdir(join(dir, 'valkey', 'templates'), { recursive: true });
    await writeFile(join(dir, 'valkey', 'Chart.yaml'), 'apiVersion: v2\nname: valkey\nversion: 0.9.0\n');
    await symlink('/nowhere/values.yaml', join(dir, 'valkey', 'ci.yaml'));
    const another = await lint(chartsIn(dir, dir), {});
    expect(rules(another)).toContain('warning chart-version');
    expect(another.charts).toMatchObject([{ chart: 'valkey', version: '0.9.0' }]);
  }));

it(
  'pulls the pinned version from its source, and tells a version that is not there from a place that does not answer',
  () =>
    inScratch(async (dir) => {
      const registry = await registryWith([
        { name: 'valkey', version: '0.11.0', tgz: await demoChart('valkey', '0.11.0') },
      ]);
      try {
        const mirror = `oci://127.0.0.1:${registry.port}/charts`;
        const charts = createHelmCharts({ exec, helm, signal });
        const from = (url: string, version?: string) => {
          const sovereign = omantel(() => ({
            charts: { mirror: url, insecure: true },
            blueprints: { 'bp-valkey': { version } },
          }));
          return lint(chartsFromSources(sovereign, charts, dir), {}, sovereign);
        };
        expect(rules(await from(mirror))).toEqual([]);
        const unknown = await from(mirror, '9.9.9');
        expect(rules(unknown)).toEqual(['error chart-missing']);
        expect(unknown.findings[0]).toMatchObject({
          message: expect.stringMatching(/has no chart valkey of version 9\.9\.9/),
          remedy: expect.stringMatching(/spec\.blueprints/),
        });
        const unreachable = await from('oci://127.0.0.1:1/charts');
        expect(unreachable.findings[0]).toMatchObject({
          message: expect.stringMatching(/is not available from/),
          remedy: expect.stringMatching(/reaches/),
        });
      } finally {
        await registry.close();
      }
    }),
  120_000,
);

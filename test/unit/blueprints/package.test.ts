import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stubCharts } from '../../../lab/src/stub-charts/stub.js';
import { packageBlueprints } from '../../../src/actions/blueprint/package.js';
import { allReleases } from '../../../src/blueprints/catalog/releases.js';
import { chartsIn } from '../../../src/blueprints/charts/chart-folder.js';
import { variablesOf } from '../../../src/blueprints/render/variables.js';
import { archivesIn, type ChartArchive, wrapBlueprint } from '../../../src/blueprints/render/wrapper.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { createHelmCharts } from '../../../src/tools/helm/helm-charts.js';
import { type Adapters, writersOf } from '../../../src/world/gate/writers.js';
import type { Act } from '../../../src/world/step.js';
import { exec, helm, inScratch, registryWith } from './charts-rig.js';
import { blueprints, omantel } from './rig.js';

/** Archives that stand in for the upstream charts. */
async function stubs(): Promise<ChartArchive> {
  const charts = await stubCharts(await blueprints());
  return async (name, version) => charts.find((one) => one.name === name && one.version === version)?.tgz;
}

it('packs each of the 24 to the same bytes twice, with the version of its chart', async () => {
  const archive = await stubs();
  for (const blueprint of await blueprints()) {
    const first = await wrapBlueprint(blueprint, omantel(), archive);
    const second = await wrapBlueprint(blueprint, omantel(), archive);
    expect(first.bytes.equals(second.bytes), blueprint.name).toBe(true);
    const name = blueprint.ownChart ? blueprint.chart.name : blueprint.name;
    expect(first.file).toBe(`${name}-${blueprint.chart.version.replace(/^v/, '')}.tgz`);
  }
});

it(
  'is clean for helm lint, all 24, with the dependencies in it',
  () =>
    inScratch(async (dir) => {
      const rows = await packageBlueprints(omantel(), await blueprints(), { out: dir, archive: await stubs() });
      expect(rows).toHaveLength(24);
      const { stdout } = await exec({
        file: await helm(),
        args: ['lint', ...rows.map(({ file }) => file)],
        timeoutMs: 120_000,
      });
      expect(stdout).toMatch(/24 chart\(s\) linted, 0 chart\(s\) failed/);
      expect(stdout).not.toMatch(/\[(ERROR|WARNING)\]/);
    }),
  180_000,
);

it(
  'nests the values below the name of the dependency, so that helm renders the upstream chart with ours',
  () =>
    inScratch(async (dir) => {
      const [row] = await packageBlueprints(omantel(), await blueprints(), {
        only: 'bp-grafana',
        out: dir,
        archive: await stubs(),
      });
      const folder = await chartsIn(dir, dir)({ folder: dir } as never, {
        name: 'bp-grafana',
        version: '12.11.1',
        source: '',
      });
      if (!('folder' in folder)) throw new Error(folder.missing);
      const [chart] = parseYamlStream(await readFile(join(folder.folder, 'Chart.yaml'), 'utf8')) as [
        { dependencies: { name: string; version: string; repository: string }[] },
      ];
      const [values] = parseYamlStream(await readFile(join(folder.folder, 'values.yaml'), 'utf8')) as [
        Record<string, object>,
      ];
      const grafana = (await blueprints()).find(({ name }) => name === 'bp-grafana')!;
      const releases = allReleases(grafana, omantel(), variablesOf(omantel()));
      expect(chart.dependencies.map(({ name, version }) => [name, version])).toEqual(
        releases.map((one) => [one.chart.name, one.chart.version]),
      );
      for (const release of releases)
        expect(values[release.chart.name]).toEqual(JSON.parse(JSON.stringify(release.values)));
      const { stdout } = await exec({ file: await helm(), args: ['template', 'x', row!.file] });
      expect(stdout).toContain('kind: Deployment');
    }),
  60_000,
);

const chartOf = async (name: string) => (await blueprints()).find((one) => one.name === name)!.chart;

it.each(['bp-catalyst-platform', 'bp-crossplane-claims'])(
  'packs a chart of ours with our values and its blueprint.yaml: %s',
  (name) =>
    inScratch(async (dir) => {
      const [row] = await packageBlueprints(omantel(), await blueprints(), {
        only: name,
        out: dir,
        archive: await stubs(),
      });
      const { stdout } = await exec({ file: await helm(), args: ['template', 'x', row!.file] });
      expect(stdout).toContain('kind: ');
      const folder = await chartsIn(dir, dir)({ folder: dir } as never, await chartOf(name));
      if (!('folder' in folder)) throw new Error(folder.missing);
      expect(await readFile(join(folder.folder, 'blueprint.yaml'), 'utf8')).toContain(`name: ${name}`);
    }),
  60_000,
);

it('says which dependencies are not in the archive', () =>
  inScratch(async (dir) => {
    await mkdir(join(dir, 'charts'));
    await writeFile(join(dir, 'charts', 'spire-crds-0.6.0.tgz'), 'bytes');
    const archive = archivesIn(join(dir, 'charts'));
    const [row] = await packageBlueprints(omantel(), await blueprints(), { only: 'bp-spire', out: dir, archive });
    expect(row!.vendored).toEqual(['spire-crds']);
  }));

it(
  'pushes through the gate, and answers the digest that the registry has',
  () =>
    inScratch(async (dir) => {
      const registry = await registryWith([]);
      try {
        const sentences: string[] = [];
        const signal = new AbortController().signal;
        const charts = createHelmCharts({ exec, helm, signal });
        const act: Act = (mutation, change) => {
          sentences.push(mutation.sentence);
          return change(writersOf({ charts } as unknown as Adapters), { id: 'op', signal });
        };
        const push = {
          registry: `oci://127.0.0.1:${registry.port}/openova-io`,
          insecure: true,
          act,
        };
        const [row] = await packageBlueprints(omantel(), await blueprints(), {
          only: 'bp-crossplane-claims',
          out: dir,
          archive: await stubs(),
          push,
        });
        const { name: chart, version } = await chartOf('bp-crossplane-claims');
        expect(sentences).toEqual([`push chart ${chart} ${version} to ${push.registry}`]);
        expect((await registry.storage.manifest(`openova-io/${chart}`, version))?.digest).toBe(row!.pushed);
      } finally {
        await registry.close();
      }
    }),
  60_000,
);

/** Real charts as folders that helm can render: from a directory, or pulled from where they are pinned. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { clauseOf, isCatalystError } from '../../support/errors/errors.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import type { HelmCharts } from '../../tools/helm/helm-charts.js';
import type { Blueprint, ChartPin } from '../catalog/blueprint.js';
import { isMap } from '../render/merge.js';
import { chartUrl, isPlainHttp } from './chart-source.js';

export interface ChartFolder {
  folder: string;
  version: string;
  /** Made from the Blueprint's metadata where the real chart cannot be had (the lab): its values say nothing. */
  isStub: boolean;
}
export interface NoChart {
  missing: string;
  remedy: string;
  /** A directory may be incomplete; a source that was asked for and has it not is an error. */
  severity: 'error' | 'warning';
}

/** Finds the chart of one release. */
export type ChartFolders = (blueprint: Blueprint, chart: ChartPin) => Promise<ChartFolder | NoChart>;

/** A Chart.yaml annotation by which a chart says that it only stands in for the one of that name. */
export const stubMark = 'catalyst.openova.io/stands-in';

/** Charts in `directory`: unpacked as `<name>/`, or archives `<name>-<version>.tgz`, which are unpacked below `scratch`. */
export function chartsIn(directory: string, scratch: string): ChartFolders {
  return async (blueprint, chart) => {
    const found = (await ownFolder(blueprint, chart)) ?? (await readChart(join(directory, chart.name), chart.name));
    if (found) return found;
    const file = `${chart.name}-${chart.version}.tgz`;
    const bytes = await readFile(join(directory, file)).catch(() => undefined);
    if (bytes) return unpack(bytes, chart, scratch);
    return {
      missing: `${chart.name} ${chart.version} is not in ${directory}`,
      remedy: `Unpack it to ${join(directory, chart.name)}, or put ${file} there`,
      severity: 'warning',
    };
  };
}

/** Charts from where they are pinned, or from the mirror of the spec; a chart that cannot be had is no end of the others. */
export function chartsFromSources(
  sovereign: Sovereign,
  charts: Pick<HelmCharts, 'pull'>,
  scratch: string,
): ChartFolders {
  return async (blueprint, chart) => {
    const own = await ownFolder(blueprint, chart);
    if (own) return own;
    const source = chartUrl(sovereign, chart);
    try {
      return await unpack(
        await charts.pull({ ...chart, source, insecure: isPlainHttp(sovereign, source) }),
        chart,
        scratch,
      );
    } catch (error) {
      if (!isCatalystError(error, 'E3204')) throw error;
      const remedy = error.actions[0] ?? `Look at ${source}`;
      return { missing: clauseOf(error), remedy, severity: 'error' };
    }
  };
}

/** A chart that the project brings itself lies beside its Blueprint. */
function ownFolder({ folder }: Blueprint, { name }: ChartPin): Promise<ChartFolder | undefined> {
  return readChart(join(folder, 'chart'), name);
}

async function readChart(folder: string, name: string): Promise<ChartFolder | undefined> {
  const text = await readFile(join(folder, 'Chart.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const [chart] = parseYamlStream(text);
  if (!isMap(chart) || chart['name'] !== name) return undefined;
  const annotations = isMap(chart['annotations']) ? chart['annotations'] : {};
  return { folder, version: String(chart['version']), isStub: stubMark in annotations };
}

async function unpack(bytes: Buffer, { name, version }: ChartPin, scratch: string): Promise<ChartFolder | NoChart> {
  const into = join(scratch, `${name}-${version}`);
  await mkdir(into, { recursive: true });
  const { unpackGzipped } = await import('../../tools/tar/unpack.js');
  await unpackGzipped(bytes, into);
  const [top = name] = await readdir(into);
  const found = await readChart(join(into, top), name);
  if (found) return found;
  const missing = `The archive of ${name} ${version} contains no chart of that name`;
  return { missing, remedy: 'Inspect it with helm show chart', severity: 'error' };
}

/** A Blueprint as an OpenOva wrapper chart: upstream charts as dependencies, our values below their names. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { allReleases } from '../catalog/releases.js';
import { type ArchiveFile, packChart } from '../charts/archive.js';
import { mergeValues, type Values } from './merge.js';
import { variablesOf } from './variables.js';

export interface Package {
  /** `bp-harbor-1.19.1.tgz` */
  file: string;
  name: string;
  version: string;
  bytes: Buffer;
  /** Dependencies that are in the archive; without them `helm dependency build` must fetch them. */
  vendored: string[];
}

/** Gives the archive of an upstream chart, or undefined when it cannot be had. */
export type ChartArchive = (name: string, version: string) => Promise<Buffer | undefined>;

/** Packs one Blueprint. The same spec and the same upstream archives give the same bytes. */
export async function wrapBlueprint(
  blueprint: Blueprint,
  sovereign: Sovereign,
  archive: ChartArchive,
): Promise<Package> {
  const { name } = blueprint;
  const releases = allReleases(blueprint, sovereign, variablesOf(sovereign));
  const described = { path: 'blueprint.yaml', text: await readFile(join(blueprint.folder, 'blueprint.yaml'), 'utf8') };
  if (blueprint.ownChart) {
    const { name, version } = blueprint.chart;
    const files = [...blueprint.ownChart.files.map((file) => withValues(file, releases[0]!.values)), described];
    return { file: `${name}-${version}.tgz`, name, version, bytes: await packChart(name, files), vendored: [] };
  }
  const version = blueprint.chart.version.replace(/^v/, '');
  const chart = {
    apiVersion: 'v2',
    name,
    description: `${blueprint.title}: ${blueprint.role}`,
    type: 'application',
    version,
    dependencies: releases.map(({ chart }) => ({ name: chart.name, version: chart.version, repository: chart.source })),
  };
  const values = Object.fromEntries(releases.map((release) => [release.chart.name, release.values]));
  const files: ArchiveFile[] = [
    { path: 'Chart.yaml', text: toYaml(chart) },
    { path: 'values.yaml', text: toYaml(values) },
    described,
    { path: 'templates/NOTES.txt', text: `${blueprint.title} is proven when ${blueprint.proof}.\n` },
  ];
  const vendored: string[] = [];
  for (const { chart: needed } of releases) {
    const bytes = await archive(needed.name, needed.version);
    if (!bytes) continue;
    vendored.push(needed.name);
    files.push({ path: `charts/${needed.name}-${needed.version}.tgz`, text: bytes });
  }
  return { file: `${name}-${version}.tgz`, name, version, bytes: await packChart(name, files), vendored };
}

/** A chart of ours has no umbrella: our values stand over its own defaults. */
function withValues(file: ArchiveFile, values: Values): ArchiveFile {
  if (file.path !== 'values.yaml') return file;
  const [defaults] = parseYamlStream(String(file.text));
  return { ...file, text: toYaml(mergeValues((defaults ?? {}) as Values, values)) };
}

/** Archives in a directory, as `helm pull` leaves them. */
export function archivesIn(directory: string): ChartArchive {
  return async (name, version) => {
    const there = await readdir(directory).catch(() => []);
    const file = there.find((entry) => entry === `${name}-${version}.tgz`);
    return file === undefined ? undefined : readFile(join(directory, file));
  };
}

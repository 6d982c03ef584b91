/** What only the real charts can tell: keys that no template reads, values that do not render, workloads that are not there. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sovereign } from '../sovereign/schema.js';
import { messageOf } from '../support/errors.js';
import { parseYamlStream } from '../support/yaml.js';
import type { KubeObject } from '../tools/kube.js';
import type { Blueprint, ReleasePin } from './blueprint.js';
import type { Finding } from './lint.js';
import { isMap, type Values } from './merge.js';
import { allReleases, type Release } from './releases.js';
import { stringsIn } from './strings.js';
import { variablesOf } from './variables.js';

/** Renders the chart in that folder as helm does for that Kubernetes version. */
export type Template = (chart: string, release: Release, kubeVersion: string) => Promise<string>;

export interface ChartReport {
  blueprint: string;
  chart: string;
  version: string;
  keys: number;
  kubernetes: string[];
  workloads: string[];
  images: string[];
}

const versions = ['1.31.0', '1.32.0', '1.33.0', '1.34.0', '1.35.0', '1.36.0'];

export async function lintCharts(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  charts: string,
  template: Template,
): Promise<{ findings: Finding[]; charts: ChartReport[] }> {
  const findings: Finding[] = [];
  const reports: ChartReport[] = [];
  for (const blueprint of blueprints) {
    for (const release of allReleases(blueprint, sovereign, variablesOf(sovereign))) {
      const find = (
        rule: string,
        path: string,
        message: string,
        remedy: string,
        severity: Finding['severity'] = 'error',
      ) => findings.push({ blueprint: blueprint.name, rule, severity, path, message, remedy });
      const chart = await chartFolder(charts, blueprint, release);
      const title = `${release.chart.name} ${release.chart.version}`;
      if (!chart) {
        find(
          'chart-missing',
          release.chart.name,
          `${title} is not in ${charts}`,
          `Unpack it to ${join(charts, release.chart.name)}`,
          'warning',
        );
        continue;
      }
      for (const key of (await unknownKeys(chart, release.values)).filter((key) => !isFreeForm(key, blueprint))) {
        find('unknown-key', `${release.name}: ${key}`, `Nothing in ${title} reads ${key}`, 'Correct or remove the key');
      }
      let text = '';
      for (const version of versions) {
        text = await template(chart, release, version).catch((error: unknown) => {
          find(
            'template',
            release.name,
            `${title} does not render for Kubernetes ${version}: ${messageOf(error)}`,
            'Correct the values',
          );
          return text;
        });
      }
      const objects = parseYamlStream(text).filter((value): value is KubeObject => isMap(value) && 'kind' in value);
      const workloads = workloadsIn(objects, release);
      const part: Pick<ReleasePin, 'workloads'> =
        blueprint.releases.find((one) => one.releaseName === release.releaseName) ?? blueprint;
      for (const { kind, namespace, name } of blueprint.perOrganization ? [] : part.workloads) {
        const wanted = `${kind} ${namespace}/${name}`;
        if (!workloads.includes(wanted))
          find('workload', release.name, `${title} makes no ${wanted}`, 'Correct workloads in blueprint.yaml');
      }
      reports.push({
        blueprint: blueprint.name,
        chart: release.chart.name,
        version: release.chart.version,
        keys: countKeys(release.values),
        kubernetes: versions,
        workloads,
        images: imagesIn(objects),
      });
    }
  }
  return { findings, charts: reports };
}

const isFreeForm = (key: string, { freeForm = [] }: Blueprint) => freeForm.some((path) => key.startsWith(`${path}.`));

async function chartFolder(charts: string, blueprint: Blueprint, { chart }: Release): Promise<string | undefined> {
  for (const folder of [join(blueprint.folder, 'chart'), join(charts, chart.name)]) {
    const text = await readFile(join(folder, 'Chart.yaml'), 'utf8').catch(() => undefined);
    if (text !== undefined && new RegExp(`^name: "?${chart.name}"?\\s*$`, 'm').test(text)) return folder;
  }
  return undefined;
}

/** A key is known when values.yaml has it, or when a template or the documentation of values.yaml names it. */
async function unknownKeys(chart: string, values: Values): Promise<string[]> {
  const files = await readdir(chart, { recursive: true });
  const read = await Promise.all(
    files.filter((file) => /\.(ya?ml|tpl|txt|json)$/.test(file)).map((file) => readFile(join(chart, file), 'utf8')),
  );
  const words = new Set(
    read
      .join('\n')
      .match(/[A-Za-z0-9_.-]+/g)
      ?.flatMap((word) => [word, ...word.split('.')]),
  );
  const [defaults] = parseYamlStream(await readFile(join(chart, 'values.yaml'), 'utf8').catch(() => '{}'));
  return [...missing(values, isMap(defaults) ? defaults : {}, '', words)];
}

function* missing(values: Values, defaults: Values, path: string, words: ReadonlySet<string>): Generator<string> {
  for (const [key, value] of Object.entries(values)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (!(key in defaults)) {
      if (!words.has(key)) yield at;
      continue;
    }
    const below = defaults[key];
    if (isMap(value) && isMap(below) && Object.keys(below).length > 0) yield* missing(value, below, at, words);
  }
}

function workloadsIn(objects: readonly KubeObject[], release: Release): string[] {
  return objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? release.namespace}/${metadata.name}`);
}

function imagesIn(objects: readonly KubeObject[]): string[] {
  const images = objects.flatMap((object) => [...stringsIn(object)].filter(({ key }) => key === 'image'));
  return [...new Set(images.map(({ text }) => text))].sort();
}

function countKeys(values: Values): number {
  return Object.values(values).reduce<number>((sum, value) => sum + 1 + (isMap(value) ? countKeys(value) : 0), 0);
}

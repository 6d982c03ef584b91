/** What only the real charts can tell: keys that no template reads, values that do not render, workloads that are not there. */
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { messageOf } from '../../support/errors/errors.js';
import { parseRendered } from '../../support/yaml/rendered-yaml.js';
import { parseImage } from '../../tools/oci/image-name.js';
import type { Blueprint, ReleasePin } from '../catalog/blueprint.js';
import { imageFields } from '../catalog/images/image-switch.js';
import { elsewhereIn, startedBy } from '../catalog/images/started-images.js';
import { takesKubernetes } from '../catalog/kubernetes-fit.js';
import { allReleases, type Release } from '../catalog/releases.js';
import type { ChartFolder, ChartFolders } from '../charts/chart-folder.js';
import { unknownKeys } from '../charts/chart-keys.js';
import { isMap, type Values } from '../render/merge.js';
import { renderTree } from '../render/render.js';
import { stringsIn } from '../render/strings.js';
import { variablesOf } from '../render/variables.js';
import type { Finding } from './finding.js';
import { createdBy, mountsOf } from './mounts.js';
import { placedObjects } from './placed.js';

/** Renders the chart in that folder as helm does for that Kubernetes version. */
export type Template = (chart: string, release: Release, kubeVersion: string) => Promise<string>;

export interface ChartReport {
  blueprint: string;
  chart: string;
  /** Of the chart that was rendered: it may be another one than the pinned. */
  version: string;
  keys: number;
  kubernetes: string[];
  workloads: string[];
  images: string[];
}

export interface ChartsLinted {
  findings: Finding[];
  charts: ChartReport[];
}

export const kubernetesVersions = ['1.31.0', '1.32.0', '1.33.0', '1.34.0', '1.35.0', '1.36.0'];

export interface ChartsRequest {
  folders: ChartFolders;
  template: Template;
  /** Kubernetes versions to render for, oldest first. */
  versions?: readonly string[];
}

/** Looks at every release of `blueprints`; `all` are the 24, whose objects and Secrets a chart may mount. */
export async function lintCharts(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  all: readonly Blueprint[],
  { folders, template, versions = kubernetesVersions }: ChartsRequest,
): Promise<ChartsLinted> {
  const made = new Set([
    ...createdBy(
      placedObjects(renderTree(sovereign, all), all).map(({ object }) => object),
      '',
    ),
    ...all.flatMap(({ configMaps }) => configMaps.map(({ namespace, name }) => `ConfigMap ${namespace}/${name}`)),
    ...all.flatMap(({ secrets }) => secrets.map(({ namespace, name }) => `Secret ${namespace}/${name}`)),
  ]);
  const fromTheirSource = withoutSwitches(sovereign);
  const limit = pLimit(availableParallelism());
  const looked = await Promise.all(
    blueprints.flatMap((blueprint) =>
      allReleases(blueprint, fromTheirSource, variablesOf(sovereign)).map((release) =>
        limit(() => lintRelease(blueprint, release, { folders, template, versions, made })),
      ),
    ),
  );
  return { findings: looked.flatMap((one) => one.findings), charts: looked.flatMap((one) => one.charts) };
}

/** Charts run the same images wherever the tree then takes them from. */
function withoutSwitches({ spec, ...sovereign }: Sovereign): Sovereign {
  const blueprints = Object.entries(spec.blueprints).map(([name, { images: _images, ...override }]) => [
    name,
    override,
  ]);
  return { ...sovereign, spec: { ...spec, blueprints: Object.fromEntries(blueprints) } };
}

/** What the charts of a Blueprint render to, for the newest Kubernetes that they take; `missing` says which could not be rendered, and why. */
export async function chartObjects(
  blueprint: Blueprint,
  releases: readonly Release[],
  { folders, template }: Pick<ChartsRequest, 'folders' | 'template'>,
): Promise<{ objects: KubeObject[]; missing: string[] }> {
  const [objects, missing]: [KubeObject[], string[]] = [[], []];
  for (const release of releases) {
    const chart = await folders(blueprint, release.chart);
    if ('missing' in chart) missing.push(`${release.chart.name}: ${chart.missing}`);
    if ('missing' in chart) continue;
    const versions = kubernetesVersions.filter((one) => takesKubernetes(release.chart, one)).slice(-1);
    const add: Add = (_rule, _path, message) => void missing.push(message);
    const rendered = await renderAll(chart, release, { folders, template, versions, made: new Set() }, add);
    for (const object of rendered)
      objects.push({ ...object, metadata: { namespace: release.namespace, ...object.metadata } });
  }
  return { objects, missing };
}

interface Looking {
  folders: ChartFolders;
  template: Template;
  versions: readonly string[];
  made: ReadonlySet<string>;
}

async function lintRelease(blueprint: Blueprint, release: Release, looking: Looking): Promise<ChartsLinted> {
  const findings: Finding[] = [];
  const add = (rule: string, path: string, message: string, remedy: string, severity: Finding['severity'] = 'error') =>
    findings.push({ blueprint: blueprint.name, rule, severity, path, message, remedy });
  const { name } = release.chart;
  const title = `${name} ${release.chart.version}`;
  const chart = await looking.folders(blueprint, release.chart);
  if ('missing' in chart) {
    add('chart-missing', release.name, chart.missing, chart.remedy, chart.severity);
    return { findings, charts: [] };
  }
  await checkKeys(blueprint, release, chart, add);
  const kubernetes = looking.versions.filter((one) => takesKubernetes(release.chart, one));
  const objects = await renderAll(chart, release, { ...looking, versions: kubernetes }, add);
  const workloads = workloadsIn(objects, release);
  const part: Pick<ReleasePin, 'workloads'> =
    blueprint.releases.find((one) => one.releaseName === release.releaseName) ?? blueprint;
  for (const wanted of blueprint.perOrganization ? [] : part.workloads) {
    const full = `${wanted.kind} ${wanted.namespace}/${wanted.name}`;
    if (!workloads.includes(full))
      add('workload', release.name, `${title} creates no ${full}`, 'Correct workloads in blueprint.yaml');
  }
  const own = new Set(createdBy(objects, release.namespace));
  for (const mount of blueprint.perOrganization ? [] : mountsOf(objects, release.namespace)) {
    const full = `${mount.kind} ${mount.namespace}/${mount.name}`;
    if (own.has(full) || looking.made.has(full)) continue;
    const remedy = `Declare what creates it under secrets in ${blueprint.name}/blueprint.yaml, or disable what needs it`;
    add('mount', release.name, `${mount.by} of ${title} needs ${full}, which nothing creates`, remedy);
  }
  const images = [
    ...new Set([...imagesIn(objects.filter(isInstalled)), ...(await checkStarted(release, chart, objects, add))]),
  ].sort();
  if (!chart.isStub && !blueprint.perOrganization) checkImages(release, images, kubernetes.at(-1), add);
  const keys = countKeys(release.values);
  const report = {
    blueprint: blueprint.name,
    chart: name,
    version: chart.version,
    keys,
    kubernetes,
    workloads,
    images,
  };
  return { findings, charts: [report] };
}

type Add = (rule: string, path: string, message: string, remedy: string, severity?: Finding['severity']) => void;

async function checkKeys(blueprint: Blueprint, release: Release, chart: ChartFolder, add: Add): Promise<void> {
  const title = `${release.chart.name} ${release.chart.version}`;
  if (chart.isStub) {
    add(
      'stand-in',
      release.name,
      `The stub of ${title} reads no values: keys were not checked`,
      'Check the real chart',
      'warning',
    );
    return;
  }
  if (!sameVersion(chart.version, release.chart.version)) {
    const message = `${chart.folder} is ${release.chart.name} ${chart.version}, not ${release.chart.version}`;
    add('chart-version', release.name, message, 'Put the pinned version there', 'warning');
  }
  const free = blueprint.freeForm ?? [];
  for (const key of await unknownKeys(chart.folder, release.values)) {
    if (free.some((path) => key.startsWith(`${path}.`))) continue;
    add('unknown-key', `${release.name}: ${key}`, `Nothing in ${title} reads ${key}`, 'Correct or remove the key');
  }
}

/** The images that programs of the chart start; finds where the Blueprint does not know them. */
async function checkStarted(
  { chart: { name, version }, name: path, values, startsImages }: Release,
  chart: ChartFolder,
  objects: readonly KubeObject[],
  add: Add,
): Promise<string[]> {
  if (chart.isStub) return [];
  const remedy = 'Correct startsImages in blueprint.yaml';
  const started = await startedBy(chart.folder, values, startsImages);
  for (const { said } of started.filter(({ image }) => image === undefined))
    add('started-image', path, `${name} ${version} does not start ${said.image} by ${said.repository}`, remedy);
  const images = started.flatMap(({ image }) => image ?? []);
  for (const { where, image } of elsewhereIn(objects)) {
    if (images.includes(image)) continue;
    add(
      'started-image',
      path,
      `${name} ${version} names ${image} where no mirror can redirect it (${where})`,
      remedy,
      'warning',
    );
  }
  return images;
}

/** Preflight asks the registries for what the Blueprint says: it must be what helm renders. */
function checkImages(
  { name: path, chart, runsImages }: Release,
  rendered: readonly string[],
  kubernetes: string | undefined,
  add: Add,
): void {
  const said = new Set(runsImages ?? rendered);
  // kubectl of the cluster's own version: the Blueprint names that of the k3s release, not of the newest that was rendered for
  const images = rendered.map((image) => {
    const [name = '', tag] = image.split(/:(?=[^/]*$)/);
    return tag === `v${kubernetes}` ? ([...said].find((one) => one.startsWith(`${name}:`)) ?? image) : image;
  });
  const title = `${chart.name} ${chart.version}`;
  for (const image of images.filter((one) => parseImage(one) && !said.has(one)))
    add(
      'images',
      path,
      `${title} runs ${image}, which the Blueprint does not name`,
      'Add it to runsImages in blueprint.yaml',
    );
  for (const image of [...said].filter((one) => !images.includes(one)))
    add('images', path, `${title} does not run ${image}`, 'Remove it from runsImages in blueprint.yaml', 'warning');
}

const sameVersion = (a: string, b: string) => a.replace(/^v/, '') === b.replace(/^v/, '');

/** Renders for every Kubernetes version; the objects are those of the newest that rendered. */
async function renderAll(
  chart: ChartFolder,
  release: Release,
  { template, versions }: Looking,
  add: Add,
): Promise<KubeObject[]> {
  const failed = new Map<string, string[]>();
  let text = '';
  for (const version of versions) {
    try {
      text = await template(chart.folder, release, version);
    } catch (error) {
      const message = messageOf(error).replaceAll(version, 'X');
      failed.set(message, [...(failed.get(message) ?? []), version]);
    }
  }
  for (const [message, where] of failed) {
    const title = `${release.chart.name} ${release.chart.version}`;
    add(
      'template',
      release.name,
      `${title} does not render for Kubernetes ${where.join(', ')}: ${message}`,
      'Correct the values',
    );
  }
  return parseRendered(text).filter(
    (value): value is KubeObject => isMap(value) && 'kind' in value && isMap(value['metadata']),
  );
}

/** `helm test` alone makes what has only this hook. */
const isInstalled = ({ metadata }: KubeObject) =>
  !/^test(-success|-failure)?$/.test(metadata.annotations?.['helm.sh/hook'] ?? '');

function workloadsIn(objects: readonly KubeObject[], release: Release): string[] {
  return objects
    .filter(({ kind }) => ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? release.namespace}/${metadata.name}`);
}

export function imagesIn(objects: readonly KubeObject[]): string[] {
  const images = objects.flatMap((object) => {
    const fields = imageFields(object);
    return [...stringsIn(object)].filter(({ key }) => fields.includes(key));
  });
  return [...new Set(images.map(({ text }) => text))].sort();
}

function countKeys(values: Values): number {
  return Object.values(values).reduce<number>((sum, value) => sum + 1 + (isMap(value) ? countKeys(value) : 0), 0);
}

/** The releases on a cluster against those of the Blueprints: which there are, in which state, of which version and archive. */
import pLimit from 'p-limit';
import { blueprintNames } from '../../../../blueprints/catalog/catalog.js';
import { allReleases, type Release, releasesOf } from '../../../../blueprints/catalog/releases.js';
import { fluxNamespace } from '../../../../blueprints/charts/chart-source.js';
import { organizationPrefix, organizationRelease } from '../../../../blueprints/render/organization.js';
import { variablesOf } from '../../../../blueprints/render/variables.js';
import { fluxState } from '../../../../handover/sovereign/activate.js';
import type { Kube, KubeObject } from '../../../../kubernetes/client/kube.js';
import type { InstalledRelease } from '../../../../kubernetes/helm-record.js';
import { messageOf } from '../../../../support/errors/errors.js';
import type { World } from '../../../../world/world.js';
import type { LiveRelease } from '../../look.js';
import { type PublishedChart, publishedCharts } from './published-charts.js';

const helmApi = 'helm.toolkit.fluxcd.io/v2';
const sourceApi = 'source.toolkit.fluxcd.io/v1';

/** What was seen of the releases, of each object just what is judged. */
export interface ReleasesSeen {
  /** Names of the Blueprints that world has. */
  blueprints: string[];
  /** As the Blueprints make them. */
  expected: ExpectedRelease[];
  /** Charts of which every Organization has a release of its own. */
  ofOrganizations: { name: string; version: string }[];
  /** Every HelmRelease, in whatever namespace and of whatever name. */
  live: KubeObject[];
  /** Digest of the archive of a HelmChart, by its name in Flux's namespace; on an emulated cluster there are none. */
  archives: Record<string, string>;
  /** Every record of Helm. */
  installed: Omit<InstalledRelease, 'objects' | 'revision'>[];
  /** What vouches for the chart of each release, by the release's name. */
  published: Record<string, PublishedChart | { error: string }>;
}

interface ExpectedRelease extends Pick<Release, 'name' | 'releaseName' | 'namespace'> {
  blueprint: string;
  chart: { name: string; version: string };
}

export interface ReleasesFound {
  problems: string[];
  /** What could not be looked at. */
  open: string[];
  releases: LiveRelease[];
}

export async function seeReleases(
  world: World,
  kube: Kube,
  installed: readonly InstalledRelease[],
): Promise<ReleasesSeen> {
  const { sovereign, blueprints } = world;
  const variables = variablesOf(sovereign);
  const [live, charts, publishedOf] = await Promise.all([
    kube.list({ apiVersion: helmApi, kind: 'HelmRelease' }),
    kube.list({ apiVersion: sourceApi, kind: 'HelmChart' }),
    publishedCharts(world),
  ]);
  const wanted = blueprints.flatMap((blueprint) =>
    releasesOf(blueprint, sovereign, variables).map((release) => ({ blueprint: blueprint.name, release })),
  );
  const there = wanted.filter(({ release }) =>
    live.some(({ metadata }) => isAt(metadata, fluxNamespace, release.name)),
  );
  const slots = pLimit(8);
  const published = there.map(({ release }) =>
    slots(
      async (): Promise<[string, PublishedChart | { error: string }]> => [
        release.name,
        await publishedOf(release.chart).catch((error: unknown) => ({ error: messageOf(error) })),
      ],
    ),
  );
  return {
    blueprints: blueprints.map(({ name }) => name),
    expected: wanted.map(({ blueprint, release: { name, releaseName, namespace, chart } }) => ({
      ...{ blueprint, name, releaseName, namespace },
      chart: { name: chart.name, version: chart.version },
    })),
    ofOrganizations: blueprints
      .filter((one) => one.perOrganization)
      .flatMap((one) => allReleases(one, sovereign, variables))
      .map(({ chart }) => ({ name: chart.name, version: chart.version })),
    live: live.map(keptRelease),
    archives: Object.fromEntries(
      charts
        .filter(({ metadata, status }) => metadata.namespace === fluxNamespace && status?.artifact?.digest)
        .map(({ metadata, status }) => [metadata.name, String(status.artifact.digest)]),
    ),
    installed: installed.map(({ namespace, name, status, chart, version }) => ({
      ...{ namespace, name, status, chart, version },
    })),
    published: Object.fromEntries(await Promise.all(published)),
  };
}

/** Values of a release may hold anything. */
function keptRelease({ metadata, spec, status = {} }: KubeObject): KubeObject {
  const { namespace, name, generation, deletionTimestamp } = metadata;
  const { chart, version } = spec?.chart?.spec ?? {};
  const { conditions, observedGeneration, lastAttemptedRevision, history } = status;
  const last = history?.[0];
  const { chartVersion, digest, ociDigest } = last ?? {};
  return {
    ...{ apiVersion: helmApi, kind: 'HelmRelease', metadata: { namespace, name, generation, deletionTimestamp } },
    spec: { suspend: spec?.suspend, chart: { spec: { chart, version } } },
    status: {
      ...{ conditions, observedGeneration, lastAttemptedRevision },
      ...(last ? { history: [{ chartVersion, digest, ociDigest }] } : {}),
    },
  };
}

/** Every HelmRelease and every record of Helm counts. Pure. */
export function judgeReleases(seen: ReleasesSeen): ReleasesFound {
  const { expected, live, blueprints } = seen;
  const found: ReleasesFound = { problems: [], open: [], releases: [] };
  const [all, known] = [new Set(blueprints), new Set<string>(blueprintNames)];
  if (all.size !== known.size || blueprintNames.some((name) => !all.has(name)))
    found.problems.push(`the catalog has ${blueprints.length} Blueprints, not 24`);
  for (const release of expected) {
    const object = live.find(({ metadata }) => isAt(metadata, fluxNamespace, release.name));
    if (!object) {
      found.problems.push(`HelmRelease ${release.name} is not there`);
      continue;
    }
    found.problems.push(...stateProblems(release, object, seen.installed));
    found.releases.push(judged(found, release, object, seen));
  }
  found.problems.push(...strangers(seen));
  found.releases.sort((one, other) => (one.release < other.release ? -1 : 1));
  return found;
}

const isAt = (metadata: KubeObject['metadata'], namespace: string, name: string) =>
  metadata.namespace === namespace && metadata.name === name;

function stateProblems(release: ExpectedRelease, object: KubeObject, installed: ReleasesSeen['installed']): string[] {
  const { name, releaseName, namespace } = release;
  const problems: string[] = [];
  if (object.spec?.suspend === true) problems.push(`HelmRelease ${name} is suspended: Flux does not keep it`);
  if (object.metadata.deletionTimestamp) problems.push(`HelmRelease ${name} is being deleted`);
  const state = fluxState(object);
  if ('pending' in state) problems.push(`HelmRelease ${name}: ${state.pending}`);
  const record = installed.find((one) => one.namespace === namespace && one.name === releaseName);
  if (!record) problems.push(`${name} is not installed: namespace ${namespace} has no record of ${releaseName}`);
  else if (record.status !== 'deployed') problems.push(`${name} is ${record.status} by its record`);
  else if (bare(record.version) !== bare(release.chart.version) || record.chart !== release.chart.name)
    problems.push(
      `${name} runs ${record.chart} ${record.version} by its record, pinned is ${release.chart.name} ${release.chart.version}`,
    );
  return problems;
}

const bare = (version: string) => version.replace(/^v/, '').split('+')[0];

/** Version and archive of one release. On an emulated cluster there are no HelmCharts, and its HelmRelease has the archive's digest. */
function judged(
  { problems, open }: ReleasesFound,
  release: ExpectedRelease,
  object: KubeObject,
  { archives, published }: ReleasesSeen,
): LiveRelease {
  const { name, blueprint, chart } = release;
  const deployed = object.status?.history?.[0];
  const version = String(deployed?.chartVersion ?? object.status?.lastAttemptedRevision ?? '').split('+')[0] ?? '';
  if (bare(version) !== bare(chart.version))
    problems.push(`${name} runs chart ${version || 'none'}, pinned is ${chart.version}`);
  const digest: string | undefined = archives[`${fluxNamespace}-${name}`] ?? deployed?.digest;
  const about = `${chart.name} ${chart.version}`;
  const source = published[name] ?? { error: 'nobody was asked' };
  if ('error' in source) open.push(`the digest of ${about} could not be compared: ${source.error}`);
  else {
    const { archive, manifest, by } = source;
    const another = (seen: string, wanted: string) =>
      problems.push(`${name} runs another archive of ${about} (${seen}) than ${by} has (${wanted})`);
    if (archive === undefined) open.push(`the digest of ${about} is not known by ${by}`);
    else if (digest === undefined) open.push(`${name} does not say which archive it runs`);
    else if (digest !== archive) another(digest, archive);
    if (manifest && deployed?.ociDigest && deployed.ociDigest !== manifest) another(deployed.ociDigest, manifest);
  }
  return { blueprint, release: name, version, ...(digest ? { digest } : {}) };
}

/** What is installed and is none of the 24; an Organization has a virtual cluster of its own, exactly as its Blueprint makes it. */
function strangers({ expected, ofOrganizations, live, installed }: ReleasesSeen): string[] {
  const isOfOrganization = (namespace: string | undefined, name: string, chart: string, version: string) =>
    namespace?.startsWith(organizationPrefix) === true &&
    name === organizationRelease &&
    ofOrganizations.some((one) => one.name === chart && bare(one.version) === bare(version));
  const foreign = live.filter(({ metadata, spec }) => {
    const { chart, version } = spec?.chart?.spec ?? {};
    const isExpected = expected.some(({ name }) => isAt(metadata, fluxNamespace, name));
    return !isExpected && !isOfOrganization(metadata.namespace, metadata.name, String(chart), String(version));
  });
  const records = installed.filter(({ namespace, name, chart, version }) => {
    const isExpected = expected.some((one) => one.namespace === namespace && one.releaseName === name);
    return !isExpected && !isOfOrganization(namespace, name, chart, version);
  });
  return [
    ...foreign.map(({ metadata }) => `HelmRelease ${metadata.namespace}/${metadata.name} is not one of the 24`),
    ...records.map((one) => `release ${one.namespace}/${one.name} (${one.chart} ${one.version}) is not one of the 24`),
  ];
}

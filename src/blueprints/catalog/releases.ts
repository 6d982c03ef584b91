/** Flux objects of one Blueprint's releases: sources and HelmReleases, all in flux-system, targeting their own namespace. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import { chartReference, chartUrl, fluxNamespace, helmRepository } from '../charts/chart-source.js';
import { treeSource } from '../charts/own-chart.js';
import { mergeValues, type Values } from '../render/merge.js';
import { checkShapes } from '../render/overrides.js';
import { substitute } from '../render/substitute.js';
import { profileOf, type Variables } from '../render/variables.js';
import type { Blueprint, ChartPin, StartedImage } from './blueprint.js';
import { type ImageSwitch, postRenderers } from './images/image-switch.js';
import { accountPatch } from './images/pull-secrets.js';
import { switchStarted } from './images/started-images.js';

export interface Release {
  /** Name of the HelmRelease: the Blueprint's, or `<bp>-<release>` for a further one. */
  name: string;
  releaseName: string;
  namespace: string;
  chart: ChartPin;
  values: Values;
  /** Images that are taken from elsewhere. */
  images: ImageSwitch;
  /** Of the pinned version; undefined for another one. */
  runsImages: readonly string[] | undefined;
  startsImages: readonly StartedImage[];
  /** Secret with the login that its ServiceAccounts pull with. */
  pullSecret?: string | undefined;
  /** Names of the CRDs that its chart brings. */
  crds: readonly string[];
  /** Helm waits for what it has changed. */
  wait: boolean;
  workloads: readonly WorkloadRef[];
  timeout: string;
}

/** The releases of a Blueprint in the order in which they install, overrides of the spec and of the profile merged. */
export function releasesOf(blueprint: Blueprint, sovereign: Sovereign, variables: Variables): Release[] {
  return blueprint.perOrganization ? [] : allReleases(blueprint, sovereign, variables);
}

/** The same, for a Blueprint that is instantiated per Organization too. */
export function allReleases(blueprint: Blueprint, sovereign: Sovereign, variables: Variables): Release[] {
  const override = sovereign.spec.blueprints[blueprint.name];
  const images = override?.images ?? {};
  const pullSecret = sovereign.spec.charts.secretRef?.name;
  const ours = valuesOf(blueprint, 'values', sovereign, variables);
  checkShapes(blueprint, ours, override?.values ?? {});
  const main: Release = {
    name: blueprint.name,
    releaseName: blueprint.releaseName,
    namespace: blueprint.namespace,
    chart: overridden({ ...blueprint, chart: chosen(blueprint.chart, override?.source) }, override?.version),
    values: mergeValues(switchStarted(ours, blueprint.startsImages, images), override?.values ?? {}),
    images,
    runsImages:
      override?.version === undefined || override.version === blueprint.chart.version
        ? blueprint.runsImages
        : undefined,
    startsImages: blueprint.startsImages,
    pullSecret,
    crds: blueprint.crds,
    wait: blueprint.wait,
    workloads: blueprint.workloads,
    timeout: blueprint.timeout,
  };
  const others = (before: boolean) =>
    blueprint.releases
      .filter((release) => release.before === before)
      .map(
        (release): Release => ({
          name: `${blueprint.name}-${release.releaseName}`,
          releaseName: release.releaseName,
          namespace: release.namespace,
          chart: chosen(release.chart, override?.source),
          values: switchStarted(
            valuesOf(blueprint, release.values, sovereign, variables),
            release.startsImages,
            images,
          ),
          images,
          runsImages: release.runsImages,
          startsImages: release.startsImages,
          pullSecret,
          crds: release.crds,
          wait: release.wait,
          workloads: release.workloads,
          timeout: release.timeout,
        }),
      );
  return [...others(true), main, ...others(false)];
}

function valuesOf(blueprint: Blueprint, file: string, sovereign: Sovereign, variables: Variables): Values {
  const { values } = blueprint.documents;
  const base = values[file];
  if (!base) throw fail('E3202', `${blueprint.name} has no ${file}.yaml.`);
  const profile = values[`${file}.${profileOf(sovereign)}`] ?? {};
  const where = `${blueprint.name}/${file}.yaml`;
  return substitute(mergeValues(base, profile), variables, { where, forHelm: true });
}

/** A HelmRepository per place that charts come from; with a mirror there is one. */
export function sourcesOf(
  blueprint: Blueprint,
  releases: readonly Release[],
  sovereign: Sovereign,
): { repositories: KubeObject[]; nameOf(release: Release): string } {
  const urls = [...new Set(releases.map((release) => chartUrl(sovereign, release.chart)))];
  const nameOfUrl = (url: string) => (url === urls[0] ? blueprint.name : `${blueprint.name}-${urls.indexOf(url) + 1}`);
  return {
    repositories: urls.map((url) => helmRepository(sovereign, url, { name: nameOfUrl(url), namespace: fluxNamespace })),
    nameOf: (release) => nameOfUrl(chartUrl(sovereign, release.chart)),
  };
}

/**
 * A release waits for those of `earlier`, of its own Blueprint, that bring CRDs, so that a CR never meets a cluster without
 * its CRD. The others install beside each other. Helm waits at an upgrade; at an install it leaves that to who knows the
 * workloads by name (docs/decisions/0007).
 */
export function helmReleaseOf(release: Release, source: string, earlier: readonly Release[] = []): KubeObject {
  const dependsOn = earlier.filter(({ crds }) => crds.length > 0).map(({ name }) => ({ name }));
  const noWait = { disableWait: true };
  const install = release.wait && release.workloads.length === 0 ? {} : noWait;
  const upgrade = release.wait ? {} : noWait;
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: release.name, namespace: fluxNamespace },
    spec: {
      interval: '15m',
      timeout: release.timeout,
      releaseName: release.releaseName,
      targetNamespace: release.namespace,
      storageNamespace: release.namespace,
      ...(dependsOn.length > 0 ? { dependsOn } : {}),
      chart: chartReference(release.chart, { name: source, namespace: fluxNamespace }),
      install: { crds: 'CreateReplace', ...install, remediation: { retries: -1 } },
      upgrade: { crds: 'CreateReplace', cleanupOnFail: true, ...upgrade, remediation: { retries: 3 } },
      values: release.values,
      ...postRenderers(release.images, release.pullSecret ? [accountPatch(release.pullSecret)] : []),
    },
  };
}

/** Another version is another archive: the pinned digest is not its own. */
function overridden({ name, chart }: Blueprint, version: string | undefined): ChartPin {
  if (version === undefined || version === chart.version) return chart;
  if (chart.source === treeSource)
    throw fail(
      'E3202',
      `spec.blueprints.${name}.version is ${version}, but the tree has version ${chart.version} of its chart.`,
      {
        actions: [
          `remove spec.blueprints.${name}.version`,
          `or name where that version is: spec.blueprints.${name}.source`,
        ],
      },
    );
  const { digest: _, ...rest } = chart;
  return { ...rest, version };
}

/** A source that the spec names comes before the tree and the mirror. */
const chosen = (chart: ChartPin, source: string | undefined): ChartPin =>
  source === undefined ? chart : { ...chart, source, chosenSource: source };

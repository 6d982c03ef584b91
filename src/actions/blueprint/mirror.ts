import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { allReleases } from '../../blueprints/catalog/releases.js';
import { chartUrl, isPlainHttp } from '../../blueprints/charts/chart-source.js';
import { treeSource } from '../../blueprints/charts/own-chart.js';
import { type ChartsRequest, kubernetesVersions, lintCharts } from '../../blueprints/lint/charts.js';
import { renderTree } from '../../blueprints/render/render.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import { ifMade } from '../../engine/dry-run.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { HelmCharts } from '../../tools/helm/helm-charts.js';
import type { Act } from '../../world/step.js';
import { type ImageMirror, type MirroredImage, mirrorImages } from './mirror-images.js';
import { pushMutation } from './package.js';

export interface MirrorResult {
  registry: string;
  charts: { name: string; version: string; sha256: string; digest: string }[];
  /** With `images`: every image that the charts and the tree name. */
  images: MirroredImage[];
  /** What the spec needs to say, so that the tree takes its charts and images from there. */
  spec: {
    charts: { mirror: string; insecure: boolean };
    blueprints: Record<string, { images: Record<string, string> }>;
  };
}

export interface MirrorRequest {
  /** `oci://host/path` for the charts. */
  registry: string;
  insecure: boolean;
  charts: Pick<HelmCharts, 'pull'>;
  act: Act;
  /** Left out: charts only. */
  images?: Omit<ImageMirror, 'act'> & { charts: ChartsRequest };
}

/** Copies every pinned chart that the tree does not have itself, and on request every image, to `registry`: from its source, or the mirror that the spec has now. */
export async function mirrorBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  request: MirrorRequest,
): Promise<MirrorResult> {
  const { registry, insecure, images, act } = request;
  const charts = await mirrorCharts(sovereign, blueprints, request);
  const copied = images ? await copyImages(sovereign, blueprints, { ...images, act }) : undefined;
  const switches = [...(copied?.switches ?? [])].filter(([, one]) => Object.keys(one).length > 0);
  return {
    registry,
    charts,
    images: copied?.images ?? [],
    spec: {
      charts: { mirror: registry, insecure },
      blueprints: Object.fromEntries(switches.map(([name, one]) => [name, { images: { ...one } }])),
    },
  };
}

async function mirrorCharts(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { registry, insecure, charts, act }: MirrorRequest,
): Promise<MirrorResult['charts']> {
  const rows: MirrorResult['charts'] = [];
  for (const blueprint of blueprints) {
    for (const { chart } of allReleases(blueprint, sovereign, variablesOf(sovereign))) {
      if (chart.source === treeSource) continue;
      const { name, version } = chart;
      const source = chartUrl(sovereign, chart);
      const bytes = await charts.pull({ ...chart, source, insecure: isPlainHttp(sovereign, source) });
      const pushed = act(pushMutation(name, version, registry), (writers) =>
        writers.registry.pushChart(`${name}-${version}.tgz`, bytes, registry, insecure),
      );
      rows.push({ name, version, sha256: sha256(bytes), digest: (await ifMade(pushed)) ?? '' });
    }
  }
  return rows;
}

/** Charts say what they run only when they are rendered; one that does not render would leave a hole in the mirror. */
async function copyImages(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  mirror: ImageMirror & { charts: ChartsRequest },
) {
  const versions = kubernetesVersions.slice(-1);
  const looked = await lintCharts(sovereign, blueprints, blueprints, { ...mirror.charts, versions });
  const unseen = looked.findings.find(({ rule }) => rule === 'chart-missing' || rule === 'template');
  if (unseen) throw fail('E3203', `Its images are not known: ${unseen.message}.`, { actions: [unseen.remedy] });
  return mirrorImages(looked.charts, renderTree(sovereign, blueprints), blueprints, mirror);
}

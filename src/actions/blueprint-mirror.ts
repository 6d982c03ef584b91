import type { Blueprint } from '../blueprints/blueprint.js';
import { allReleases } from '../blueprints/releases.js';
import { ownChart } from '../blueprints/stand-in.js';
import { variablesOf } from '../blueprints/variables.js';
import type { Act } from '../phases/gate.js';
import type { Sovereign } from '../sovereign/schema.js';
import { sha256 } from '../support/hash.js';
import type { HelmCharts } from '../tools/helm-charts.js';
import { pushMutation } from './blueprint-package.js';

export interface MirrorResult {
  registry: string;
  charts: { name: string; version: string; sha256: string; digest: string }[];
  /** What to write into the spec, so that the tree takes its charts from there. */
  spec: { charts: { mirror: string; insecure: boolean } };
}

/** Copies every pinned chart to `registry`: pulled from its source, or from the mirror that the spec has now. */
export async function mirrorCharts(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { registry, insecure, charts, act }: { registry: string; insecure: boolean; charts: HelmCharts; act: Act },
): Promise<MirrorResult> {
  const { mirror, insecure: plain } = sovereign.spec.charts;
  const rows: MirrorResult['charts'] = [];
  for (const blueprint of blueprints) {
    const own = await ownChart(blueprint);
    for (const { chart } of allReleases(blueprint, sovereign, variablesOf(sovereign))) {
      const { name, version } = chart;
      const bytes =
        own?.name === name ? own.tgz : await charts.pull({ ...chart, source: mirror ?? chart.source, insecure: plain });
      const digest = await act(pushMutation(name, version, registry), () =>
        charts.push(`${name}-${version}.tgz`, bytes, registry, insecure),
      );
      rows.push({ name, version, sha256: sha256(bytes), digest });
    }
  }
  return { registry, charts: rows, spec: { charts: { mirror: registry, insecure } } };
}

import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { allReleases } from '../../blueprints/catalog/releases.js';
import type { ChartFolders } from '../../blueprints/charts/chart-folder.js';
import type { ChartLock } from '../../blueprints/charts/chart-lock.js';
import { type ChartReport, lintCharts, type Template } from '../../blueprints/lint/charts.js';
import type { Finding } from '../../blueprints/lint/finding.js';
import { lintTree } from '../../blueprints/lint/lint.js';
import type { DryRunRow, ServerDryRun } from '../../blueprints/lint/server-dry-run.js';
import { renderTree } from '../../blueprints/render/render.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';

export interface LintResult {
  findings: Finding[];
  /** Charts that were looked at with helm, one row for each. */
  charts: ChartReport[];
  /** Charts whose Blueprint pins no digest; `recorded` is that of the first pull. */
  unpinned: { blueprint: string; chart: string; version: string; recorded?: string }[];
  /** What an API server said to each object, with --server. */
  server?: DryRunRow[];
}

export interface LintRequest {
  only?: string;
  lock: ChartLock;
  /** Where the real charts are, and `helm template` for them. */
  charts?: { folders: ChartFolders; template: Template };
  /** Server-side dry-run of the tree; nothing of it is stored. */
  server?: ServerDryRun;
}

/** Structural findings of the rendered tree, with `charts` those against the real charts, with `server` an API server's. */
export async function lintBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { only, lock, charts, server }: LintRequest,
): Promise<LintResult> {
  const name = only && requireBlueprint(blueprints, only).name;
  const tree = renderTree(sovereign, blueprints);
  const wanted = (one: { blueprint: string }) => name === undefined || one.blueprint === name;
  const findings = lintTree(tree, sovereign, blueprints).filter(wanted);
  const chosen = blueprints.filter((blueprint) => wanted({ blueprint: blueprint.name }));
  const looked = charts ? await lintCharts(sovereign, chosen, blueprints, charts) : { findings: [], charts: [] };
  const asked = server ? await server(tree, blueprints, wanted) : { findings: [] };
  return {
    findings: [...findings, ...looked.findings, ...asked.findings],
    charts: looked.charts,
    unpinned: chosen.flatMap((blueprint) => unpinnedIn(blueprint, sovereign, lock)),
    ...('rows' in asked ? { server: asked.rows } : {}),
  };
}

function unpinnedIn(blueprint: Blueprint, sovereign: Sovereign, lock: ChartLock): LintResult['unpinned'] {
  return allReleases(blueprint, sovereign, variablesOf(sovereign))
    .filter(({ chart }) => chart.digest === undefined)
    .map(({ chart }) => {
      const recorded = lock.expected(chart);
      const { name, version } = chart;
      return { blueprint: blueprint.name, chart: name, version, ...(recorded ? { recorded } : {}) };
    });
}

import type { Blueprint } from '../blueprints/blueprint.js';
import { requireBlueprint } from '../blueprints/catalogue.js';
import { type Finding, lintTree } from '../blueprints/lint.js';
import { lintCharts } from '../blueprints/lint-charts.js';
import { renderTree } from '../blueprints/render.js';
import type { Sovereign } from '../sovereign/schema.js';

export interface LintResult {
  findings: Finding[];
  /** Charts that were looked at with helm, one row for each. */
  charts: ChartRow[];
}
export type ChartRow = Awaited<ReturnType<typeof lintCharts>>['charts'][number];

export interface LintRequest {
  only?: string;
  /** Directory of unpacked charts (`<name>/`) or archives (`<name>-<version>.tgz`). */
  charts?: string;
  /** `helm template` of a chart path. */
  template?: Parameters<typeof lintCharts>[3];
}

/** Structural findings of the rendered tree, and with `charts` those against the real charts. */
export async function lintBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { only, charts, template }: LintRequest,
): Promise<LintResult> {
  const name = only && requireBlueprint(blueprints, only).name;
  const all = lintTree(renderTree(sovereign, blueprints), sovereign, blueprints);
  const looked = charts && template ? await lintCharts(sovereign, blueprints, charts, template) : undefined;
  const wanted = (finding: { blueprint: string }) => name === undefined || finding.blueprint === name;
  return {
    findings: [...all, ...(looked?.findings ?? [])].filter(wanted),
    charts: (looked?.charts ?? []).filter(wanted),
  };
}

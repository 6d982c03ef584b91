import type { Blueprint, ChartPin } from '../../blueprints/catalog/blueprint.js';

export interface BlueprintRow {
  name: string;
  title: string;
  phase: number;
  ticket?: string;
  chart: ChartPin;
  namespace: string;
  releaseName: string;
  dependsOn: string[];
}

/** The 24, in the order of the WBS §2. */
export function listBlueprints(blueprints: readonly Blueprint[]): BlueprintRow[] {
  return blueprints.map(rowOf);
}

export function rowOf(blueprint: Blueprint): BlueprintRow {
  const { name, title, phase, ticket, chart, namespace, releaseName, dependsOn } = blueprint;
  return { name, title, phase, ticket, chart, namespace, releaseName, dependsOn };
}

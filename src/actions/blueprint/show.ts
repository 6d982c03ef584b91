import type { Blueprint, SecretNeed, ServiceRef } from '../../blueprints/catalog/blueprint.js';
import { requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { withPullSecrets } from '../../blueprints/catalog/images/pull-secrets.js';
import { allReleases, type Release } from '../../blueprints/catalog/releases.js';
import { type ChartsRequest, chartObjects } from '../../blueprints/lint/charts.js';
import { placedObjects } from '../../blueprints/lint/placed.js';
import { renderTree } from '../../blueprints/render/render.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import { startNeeds } from '../../blueprints/start-order/start-needs.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import { type SinglePoint, singlePointsOf } from '../../kubernetes/single-points.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { type BlueprintRow, rowOf } from './list.js';

export interface BlueprintDetails extends BlueprintRow {
  role: string;
  /** Blueprints and steps that depend on it. */
  neededBy: string[];
  crds: string[];
  needsCrds: string[];
  workloads: WorkloadRef[];
  services: ServiceRef[];
  /** Who makes each Secret; never its content. */
  secrets: Pick<SecretNeed, 'namespace' | 'name' | 'keys' | 'maker'>[];
  hosts: string[];
  proof: string;
  egress: string[];
  /** Its releases as they would be installed, when there is a spec. */
  releases?: Release[];
  /** What must answer before it serves after a black start, when there is a spec. */
  startsAfter?: string[];
  /** What ends with one node, when there is a spec. */
  single?: {
    points: SinglePoint[];
    /** Charts whose workloads are not in it, and why. */
    missing: string[];
  };
}

/**
 * One Blueprint; with `charts`, what these render to counts too. Throws E3201 with the WBS's reason for anything that is not one
 * of the 24.
 */
export async function showBlueprint(
  blueprints: readonly Blueprint[],
  asked: string,
  sovereign: Sovereign | undefined,
  charts?: Pick<ChartsRequest, 'folders' | 'template'>,
): Promise<BlueprintDetails> {
  const blueprint = requireBlueprint(blueprints, asked);
  const ids = [blueprint.name, blueprint.ticket];
  const fqdn = sovereign?.spec.fqdn ?? '<fqdn>';
  return {
    ...rowOf(blueprint),
    role: blueprint.role,
    neededBy: blueprints.filter((one) => one.dependsOn.some((need) => ids.includes(need))).map((one) => one.name),
    crds: [...blueprint.crds, ...blueprint.releases.flatMap((release) => release.crds)],
    needsCrds: blueprint.needsCrds,
    workloads: [...blueprint.releases, blueprint].flatMap((part) => part.workloads),
    services: [...blueprint.releases, blueprint].flatMap((part) => part.services),
    secrets: blueprint.secrets.map(({ namespace, name, keys, maker }) => ({ namespace, name, keys, maker })),
    hosts: blueprint.hosts.map((host) => `${host}.${fqdn}`),
    proof: blueprint.proof,
    egress: blueprint.egress,
    releases: sovereign && allReleases(blueprint, sovereign, variablesOf(sovereign)),
    startsAfter: sovereign && startsAfter(blueprints, blueprint, sovereign),
    single: sovereign && (await singleIn(blueprints, blueprint, sovereign, charts)),
  };
}

function startsAfter(given: readonly Blueprint[], { name }: Blueprint, sovereign: Sovereign): string[] {
  const blueprints = withPullSecrets(given, sovereign);
  const placed = placedObjects(renderTree(sovereign, given), blueprints);
  return startNeeds({ sovereign, blueprints, placed })
    .filter(({ from, hard }) => from === name && hard)
    .map(({ to, why }) => `${to} (${why})`);
}

async function singleIn(
  blueprints: readonly Blueprint[],
  blueprint: Blueprint,
  sovereign: Sovereign,
  charts: Pick<ChartsRequest, 'folders' | 'template'> | undefined,
): Promise<BlueprintDetails['single']> {
  const own = placedObjects(renderTree(sovereign, blueprints), blueprints)
    .filter((placed) => placed.blueprint === blueprint.name)
    .map(({ object }) => object);
  const releases = allReleases(blueprint, sovereign, variablesOf(sovereign));
  if (!charts) return { points: singlePointsOf(own), missing: releases.map(({ chart }) => chart.name) };
  const { objects, missing } = await chartObjects(blueprint, releases, charts);
  return { points: singlePointsOf([...own, ...objects]), missing };
}

/** What must hold of a rendered tree (tickets.md §3), found by looking at its objects alone. */
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { withPullSecrets } from '../catalog/images/pull-secrets.js';
import { lintKubernetes } from '../catalog/kubernetes-fit.js';
import { lintOverrides } from '../render/overrides.js';
import type { RenderedTree } from '../render/render.js';
import type { Finding } from './finding.js';
import { lintGraph } from './graph.js';
import { lintMetadataService } from './metadata-service.js';
import { lintObject } from './object.js';
import { type Linted, placedObjects } from './placed.js';
import { lintSecrets } from './secrets.js';
import { lintStartOrder } from './start-order.js';

/** All structural findings, in the order of the tree. */
export function lintTree(tree: RenderedTree, sovereign: Sovereign, given: readonly Blueprint[]): Finding[] {
  const blueprints = withPullSecrets(given, sovereign);
  const placed = placedObjects(tree, blueprints);
  const linted: Linted = { sovereign, blueprints, placed };
  return [
    ...placed.flatMap((one) => lintObject(one, linted)),
    ...lintGraph(linted),
    ...lintStartOrder(linted),
    ...lintSecrets(linted),
    ...lintMetadataService(linted),
    ...lintOverrides(sovereign, blueprints),
    ...lintKubernetes(sovereign, blueprints),
  ];
}

/**
 * Ticket #338: Flux, whose helm-controller is bound to cluster-admin (a binding of its own in the folder, so that no value of
 * the chart can take it away). helm seeds it; then Flux adopts itself and Cilium, and is the only reconciler from there on.
 */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import type { SecretMaker } from '../credentials/blueprint-secrets.js';
import { helmSeed } from '../install/helm-seed.js';
import { helmControllerMay } from '../proofs/cluster/helm-controller-may.js';
import { createInstallStep } from './install-blueprint.js';

export function createBindHelmControllerStep(
  world: World,
  blueprint: Blueprint,
  secrets: SecretMaker,
  wbs: Pick<Step, 'title' | 'phase' | 'needs'>,
): Step {
  return createInstallStep(world, {
    blueprint,
    secrets,
    ...wbs,
    proof: helmControllerMay,
    seed: helmSeed(world, blueprint),
    adopts: ['bp-cilium'],
  });
}

/** bp-cilium: without a network no Pod runs, so helm puts Cilium there; Flux adopts the release in #338. */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import type { Done } from '../../engine/step.js';
import { whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import { watchedWorld } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import { helmSeed } from '../install/helm-seed.js';
import { nodesReady } from '../proofs/cluster/nodes-ready.js';

export function createSeedCiliumStep(
  world: World,
  blueprint: Blueprint,
  wbs: Pick<Step, 'title' | 'phase' | 'needs'>,
): Step {
  const seed = helmSeed(world, blueprint);
  return {
    id: blueprint.step,
    ...wbs,
    blueprint: blueprint.name,

    async plan() {
      return [...(await seed.plan(await kubeIfAny(world))), ...nodesReady(world).plan()];
    },

    async isDone(): Promise<Done> {
      const kube = await kubeIfAny(world);
      if (!kube || (await seed.plan(kube)).length > 0) return { done: false };
      return (await whyNotRolledOut(kube, blueprint.workloads)) === undefined
        ? { done: true, reason: `release kube-system/${blueprint.releaseName} is deployed and rolled out` }
        : { done: false };
    },

    run: (context) => seed.run(context),
    proof: (context) => nodesReady(watchedWorld(world, context.progress)).take(context),
  };
}

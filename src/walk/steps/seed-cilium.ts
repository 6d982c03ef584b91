/**
 * bp-cilium: without a network no Pod runs, so helm puts Cilium there, with the policies that hold for every Pod from then on; Flux
 * adopts the release in #338, and a changed value then reaches it through the folder.
 */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { releasesOf } from '../../blueprints/catalog/releases.js';
import type { RenderedFolder } from '../../blueprints/render/render.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import type { Done } from '../../engine/step.js';
import { type Kube, refOfObject } from '../../kubernetes/client/kube.js';
import { waitAllReady, whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Step } from '../../world/step.js';
import { watchedKube, watchedWorld } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import { applyFolder, isApplied, objectsOf, planApply } from '../install/apply-folder.js';
import { helmSeed, rolloutMs } from '../install/helm-seed.js';
import { fluxActs } from '../install/recover-release.js';
import { nodesReady } from '../proofs/cluster/nodes-ready.js';

const policies = 'ciliumclusterwidenetworkpolicies.cilium.io';

export function createSeedCiliumStep(
  world: World,
  blueprint: Blueprint,
  wbs: Pick<Step, 'title' | 'phase' | 'needs'>,
): Step {
  const seed = helmSeed(world, blueprint);
  const release = releasesOf(blueprint, world.sovereign, variablesOf(world.sovereign)).find(
    ({ releaseName }) => releaseName === blueprint.releaseName,
  )!;
  /** Folders that the cluster does not have as they are: the policies always, the release once Flux is to bring what has changed in it. */
  const pending = async (kube: Kube | undefined): Promise<RenderedFolder[]> => {
    const tree = await world.tree();
    const ofFlux = kube && (await fluxActs(world, kube, release)) ? tree.folder(blueprint.name) : undefined;
    const wanted = [ofFlux, tree.folder(`${blueprint.name}-config`)].filter((folder) => folder !== undefined);
    const applied = await Promise.all(wanted.map((folder) => kube !== undefined && isApplied(kube, folder)));
    return wanted.filter((_, index) => !applied[index]);
  };
  return {
    id: blueprint.step,
    ...wbs,
    blueprint: blueprint.name,

    async plan() {
      const kube = await kubeIfAny(world);
      const folders = await Promise.all((await pending(kube)).map((folder) => planApply(kube, folder)));
      return [...(await seed.plan(kube)), ...folders.flat(), ...nodesReady(world).plan()];
    },

    planProof: async () => nodesReady(world).plan(),

    async isDone(): Promise<Done> {
      const kube = await kubeIfAny(world);
      if (!kube || (await seed.plan(kube)).length > 0 || (await pending(kube)).length > 0) return { done: false };
      return (await whyNotRolledOut(kube, blueprint.workloads)) === undefined
        ? { done: true, reason: `release kube-system/${blueprint.releaseName} is deployed and rolled out` }
        : { done: false };
    },

    async run(context) {
      await seed.run(context);
      const kube = watchedKube(await world.kube(), context.progress);
      const { progress } = context;
      const waiting = { kube, clock: world.clock, progress, timeoutMs: rolloutMs };
      // Cilium's operator makes them while it runs.
      await waitAllReady(waiting, [
        { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: policies },
      ]);
      for (const folder of await pending(kube)) {
        await applyFolder(kube, context.act, folder);
        await waitAllReady(waiting, objectsOf(folder).map(refOfObject));
      }
    },

    proof: (context) => nodesReady(watchedWorld(world, context.progress)).take(context),
  };
}

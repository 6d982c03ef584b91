/**
 * Installs one Blueprint as Flux would: its Secrets, its folder of the tree, and, once the releases stand, the glue that
 * needs its CRDs. Done means that the cluster holds these very folders and everything in them is ready.
 */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { namespacesIn } from '../../blueprints/catalog/images/pull-secrets.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Done, Evidence } from '../../engine/step.js';
import { type Kube, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import { refusedImage } from '../../kubernetes/pull-refusal.js';
import { readinessOf } from '../../kubernetes/readiness.js';
import { explaining, type Waiting, waitAllReady, whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import { whyNotIssued } from '../../kubernetes/why-not-issued.js';
import { parseDuration } from '../../support/durations.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Step, StepContext } from '../../world/step.js';
import { watchedContext, watchedKube, watchedWorld } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import { ownSecrets, type SecretMaker } from '../credentials/blueprint-secrets.js';
import { applyFolder, folderHash, isApplied, objectsOf, planApply } from '../install/apply-folder.js';
import { liveVersion } from '../install/live-version.js';
import type { ProofOf } from '../proofs/proof.js';

/** Something of the world that must stand before a part of the Blueprint can become ready. */
export interface Preparation {
  /** What `run` would change now; everything while there is no cluster. */
  plan(kube: Kube | undefined): Promise<Mutation[]>;
  run(context: StepContext): Promise<void>;
}

export interface InstallOptions {
  blueprint: Blueprint;
  proof: ProofOf;
  secrets: SecretMaker;
  phase: number;
  title: string;
  needs: readonly string[];
  /** Comes between Secrets and folder (the seed of Flux itself). */
  seed?: Preparation;
  /** Comes between the releases and the glue (the delegation, before certificates are asked for). */
  beforeGlue?: Preparation;
  /** Further folders that are applied with it (bp-cilium, adopted once Flux is there). */
  adopts?: readonly string[];
}

export function makeSecretsMutation(blueprint: Blueprint): Mutation {
  const names = ownSecrets(blueprint).map(({ namespace, name }) => `${namespace}/${name}`);
  return {
    target: { system: 'sovereign', kind: 'Secrets', name: blueprint.name },
    sentence: `make the Secrets of ${blueprint.name} and their namespaces: ${names.join(', ')}`,
  };
}

export function createInstallStep(world: World, options: InstallOptions): Step {
  const { blueprint, secrets, seed, beforeGlue, adopts = [] } = options;
  const timeoutMs = parseDuration(blueprint.timeout) + 5 * 60_000;

  const folders = async () => {
    const tree = await world.tree();
    const named = (name: string) => tree.folder(name);
    const releases = [blueprint.name, ...adopts].map(named).filter((folder) => folder !== undefined);
    return { releases, glue: named(`${blueprint.name}-config`) };
  };
  const needsSecrets = async (kube: Kube | undefined) =>
    ownSecrets(blueprint).length > 0 && !(kube && (await secrets.applied(blueprint, kube)));

  const workloads = [...blueprint.releases, blueprint].flatMap((part) => part.workloads);
  const crds = [...blueprint.releases, blueprint].flatMap((part) => part.crds);
  const brought: KubeRef[] = [
    ...crds.map((name) => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name })),
    ...workloads.map((workload) => ({ apiVersion: 'apps/v1', ...workload })),
  ];

  const settle = (waiting: Waiting, refs: readonly KubeRef[]) =>
    explaining(
      waiting,
      (until) => waitAllReady(until, refs),
      async () => (await whyNotRolledOut(waiting.kube, workloads)) ?? whyNotIssued(waiting.kube, refs),
      () => refusedImage(waiting.kube, namespacesIn(blueprint)),
    );

  const run = async (context: StepContext): Promise<void> => {
    const { act, progress } = context;
    const kube = watchedKube(await world.kube(), progress);
    const waiting: Waiting = { kube, clock: world.clock, progress, timeoutMs, signal: world.signal };
    const { releases, glue } = await folders();
    if (await needsSecrets(kube)) {
      const made = await secrets.objects(blueprint, kube);
      await act(makeSecretsMutation(blueprint), async (writers) => (await writers.sovereign()).apply(made));
    }
    if (seed) await seed.run(context);
    for (const folder of releases) await applyFolder(kube, act, folder);
    await settle(waiting, releases.flatMap(objectsOf).map(refOfObject));
    await settle(waiting, brought);
    if (beforeGlue) await beforeGlue.run(context);
    if (!glue) return;
    await applyFolder(kube, act, glue);
    await settle(waiting, objectsOf(glue).map(refOfObject));
  };

  return {
    id: blueprint.step,
    title: options.title,
    phase: options.phase,
    needs: options.needs,
    ticket: blueprint.ticket,
    blueprint: blueprint.name,
    run,

    async plan() {
      const kube = await kubeIfAny(world);
      const { releases, glue } = await folders();
      const planned: Mutation[] = [];
      if (await needsSecrets(kube)) planned.push(makeSecretsMutation(blueprint));
      if (seed) planned.push(...(await seed.plan(kube)));
      for (const folder of releases) planned.push(...(await planApply(kube, folder)));
      if (beforeGlue) planned.push(...(await beforeGlue.plan(kube)));
      if (glue) planned.push(...(await planApply(kube, glue)));
      return [...planned, ...options.proof(world).plan()];
    },

    planProof: async () => options.proof(world).plan(),

    async isDone(): Promise<Done> {
      const kube = await kubeIfAny(world);
      if (!kube) return { done: false };
      const { releases, glue } = await folders();
      const all = [...releases, ...(glue ? [glue] : [])];
      const wanted = [seed, beforeGlue].map((preparation) => preparation?.plan(kube) ?? []);
      if ((await Promise.all(wanted)).flat().length > 0 || (await needsSecrets(kube))) return { done: false };
      for (const folder of all) {
        if (!(await isApplied(kube, folder))) return { done: false };
      }
      const refs = [...all.flatMap(objectsOf).map(refOfObject), ...brought];
      const seen = await Promise.all(refs.map((ref) => kube.get(ref)));
      if (!seen.every((object) => object && 'ready' in readinessOf(object))) return { done: false };
      return {
        done: true,
        reason: `${all.map((folder) => folder.path.split('/').at(-1)).join(', ')} applied and ready`,
      };
    },

    async proof(context): Promise<Evidence> {
      const evidence = await options.proof(watchedWorld(world, context.progress)).take(watchedContext(world, context));
      const { releases } = await folders();
      const tree = Object.fromEntries(releases.map((folder) => [folder.path, folderHash(folder)]));
      const live = await liveVersion(await world.kube(), blueprint.name);
      return { ...live, ...evidence, facts: { chart: blueprint.chart, tree, ...evidence.facts } };
    },
  };
}

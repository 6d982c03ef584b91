/** What must run before Flux can install anything, Flux included: put there by helm with the values Flux will use later. */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { releasesOf } from '../../blueprints/catalog/releases.js';
import { chartUrl, isPlainHttp } from '../../blueprints/charts/chart-source.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { refusedImage } from '../../kubernetes/pull-refusal.js';
import { nameOf } from '../../kubernetes/readiness.js';
import { requireRelease } from '../../kubernetes/release-landed.js';
import { explaining, type Waiting, waitAllReady, whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import { hashOf } from '../../support/hash.js';
import type { HelmRelease } from '../../tools/helm/helm.js';
import type { StepContext } from '../../world/step.js';
import { watchedKube } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import type { Preparation } from '../steps/install-blueprint.js';
import { fluxActs, planRecovery, recoverRelease } from './recover-release.js';

export const rolloutMs = 15 * 60_000;

export function helmSeed(world: World, blueprint: Blueprint): Preparation {
  const release = releasesOf(blueprint, world.sovereign, variablesOf(world.sovereign)).find(
    ({ releaseName }) => releaseName === blueprint.releaseName,
  )!;
  const { chart, namespace, releaseName, values } = release;
  const source = chartUrl(world.sovereign, chart);
  const mutation: Mutation = {
    target: { system: 'sovereign', kind: 'Release', name: releaseName, namespace },
    sentence: `seed ${blueprint.name} with helm: release ${namespace}/${releaseName} of chart ${chart.name} ${chart.version}`,
  };
  const rendered = hashOf(values);
  /** `deployed` says that helm has written its objects, not that they run: with values that were wrong it says so too. */
  const isSeeded = async (kube: Kube, found: HelmRelease | undefined) => {
    if (found?.status !== 'deployed' || found.chart !== `${chart.name}-${chart.version}`) return false;
    return hashOf(await world.helm.values(kube.kubeconfig, namespace, releaseName)) === rendered;
  };
  /** From then on Flux brings changes: its HelmRelease is applied with the folder (apply-folder.ts). */
  const isSettled = async (kube: Kube, found: HelmRelease | undefined) =>
    (found !== undefined && (await fluxActs(world, kube, release))) || isSeeded(kube, found);
  const workloads = blueprint.workloads;
  const awaited = [
    ...workloads.map((workload) => ({ apiVersion: 'apps/v1', ...workload })),
    ...(blueprint.crdsAtRuntime ? [] : blueprint.crds).map((name) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name,
    })),
  ];
  return {
    async plan(kube) {
      if (!kube) return [mutation];
      const found = await world.helm.release(kube.kubeconfig, namespace, releaseName);
      return (await isSettled(kube, found)) ? [] : [...(await planRecovery(world, kube, release)), mutation];
    },
    async run({ act, progress, signal }: StepContext) {
      const kube = watchedKube(await world.kube(), progress);
      if (!(await isSettled(kube, await recoverRelease(world, kube, release, { act, progress, signal })))) {
        await act(mutation, async ({ helm }) => {
          await helm.upgradeInstall({
            releaseName,
            namespace,
            chart: { ...chart, source },
            values,
            insecure: isPlainHttp(world.sovereign, source),
            signal,
          });
          await requireRelease(kube, release);
        });
      }
      const waiting: Waiting = { kube, clock: world.clock, progress, timeoutMs: rolloutMs, signal: world.signal };
      progress.waiting(`waits for ${workloads.map((one) => nameOf({ kind: one.kind, metadata: one })).join(', ')}`);
      await explaining(
        waiting,
        (until) => waitAllReady(until, awaited),
        () => whyNotRolledOut(kube, workloads),
        () => refusedImage(kube, [namespace]),
      );
    },
  };
}

/** What must run before Flux can install anything, Flux included: put there by helm with the values Flux will use later. */
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { releasesOf } from '../../blueprints/catalog/releases.js';
import { variablesOf } from '../../blueprints/render/variables.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { nameOf } from '../../kubernetes/readiness.js';
import { requireRelease } from '../../kubernetes/release-landed.js';
import { explaining, type Waiting, waitAllReady, whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import type { HelmRelease } from '../../tools/helm/helm.js';
import type { StepContext } from '../../world/step.js';
import { watchedKube } from '../../world/watched-world.js';
import type { World } from '../../world/world.js';
import type { Preparation } from '../steps/install-blueprint.js';
import { planTakeUp, takeUpRelease } from './recover-release.js';

const rolloutMs = 15 * 60_000;

export function helmSeed(world: World, blueprint: Blueprint): Preparation {
  const release = releasesOf(blueprint, world.sovereign, variablesOf(world.sovereign)).find(
    ({ releaseName }) => releaseName === blueprint.releaseName,
  )!;
  const { chart, namespace, releaseName, values } = release;
  const { mirror, insecure } = world.sovereign.spec.charts;
  const mutation: Mutation = {
    target: { system: 'sovereign', kind: 'Release', name: releaseName, namespace },
    sentence: `seed ${blueprint.name} with helm: release ${namespace}/${releaseName} of chart ${chart.name} ${chart.version}`,
  };
  const isSeeded = (found: HelmRelease | undefined) =>
    found?.status === 'deployed' && found.chart === `${chart.name}-${chart.version}`;
  const seeded = async (kube: Kube) => isSeeded(await world.helm.release(kube.kubeconfig, namespace, releaseName));
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
      return (await seeded(kube)) ? [] : [...(await planTakeUp(world, kube, release)), mutation];
    },
    async run({ act, progress, signal }: StepContext) {
      const kube = watchedKube(await world.kube(), progress);
      if (!isSeeded(await takeUpRelease(world, kube, release, { act, progress, signal }))) {
        await act(mutation, async ({ helm }) => {
          await helm.upgradeInstall({
            releaseName,
            namespace,
            chart: { ...chart, source: mirror ?? chart.source },
            values,
            insecure: mirror !== undefined && insecure,
            signal,
          });
          await requireRelease(kube, release);
        });
      }
      const waiting: Waiting = { kube, clock: world.clock, progress, timeoutMs: rolloutMs };
      progress.waiting(`waits for ${workloads.map((one) => nameOf({ kind: one.kind, metadata: one })).join(', ')}`);
      await explaining(
        waiting,
        () => waitAllReady(waiting, awaited),
        () => whyNotRolledOut(kube, workloads),
      );
    },
  };
}

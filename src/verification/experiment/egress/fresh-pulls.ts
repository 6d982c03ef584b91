/** What is pulled again inside of the egress window, so that a cache cannot count as proof: the chart of each release, and images on nodes. */
import type { Mutation } from '../../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import type { Grade } from '../../../scans/grade.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { messageOf } from '../../../support/errors/errors.js';
import { probeLabel, removeLeftovers } from '../../../walk/probes/probe-objects.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { findPull, findPulls, imageIsPulled, imagePullMutations } from '../exercised/image-pull.js';

export interface Pulled {
  /** `HelmRelease flux-system/bp-harbor`, or an image by digest. */
  what: string;
  ok: boolean;
  /** Digest, or why it failed. */
  told: string;
}

export interface ImagePulls {
  pulled: Pulled[];
  /** Images that every node has already: none could be pulled again. */
  held: string[];
  /** Why no node pulled anything. */
  none?: string;
}

const waitMs = 120_000;
const api = 'source.toolkit.fluxcd.io/v1';
const label = 'chart-pull';
const prefix = 'catalyst-probe-';

const onSovereign = (sentence: string): Mutation => ({
  target: { system: 'sovereign', kind: 'HelmChart', name: `${prefix}*` },
  sentence,
});
const mutations = {
  make: onSovereign('pull the chart of each release once more: a throwaway HelmChart for each HelmRelease'),
  remove: onSovereign('remove the throwaway HelmCharts'),
};
/** Plan of `pullCharts` and `pullImages`. */
export const pullMutations = async (world: World): Promise<Mutation[]> => [
  ...Object.values(mutations),
  ...(await imagePullMutations(world)),
];

interface ChartSpec {
  chart: string;
  version?: string;
  sourceRef: { kind: string; name: string; namespace?: string };
}

/** A source of its own for each release, of which source-controller has nothing yet. A release that reads an OCIRepository gets a copy. Pure. */
export function throwaways(
  releases: readonly KubeObject[],
  repositories: readonly KubeObject[],
): Map<string, KubeObject> {
  const made = new Map<string, KubeObject>();
  const labels = { [probeLabel]: label, 'app.kubernetes.io/managed-by': 'catalyst' };
  for (const { metadata, spec } of releases) {
    const { namespace, name } = metadata;
    const what = `HelmRelease ${namespace}/${name}`;
    const own = spec?.chart?.spec as ChartSpec | undefined;
    const ref = spec?.chartRef as { kind: string; name: string; namespace?: string } | undefined;
    if (own) {
      const { chart, version, sourceRef } = own;
      const at = sourceRef.namespace ?? namespace!;
      const source = { kind: sourceRef.kind, name: sourceRef.name };
      made.set(what, {
        apiVersion: api,
        kind: 'HelmChart',
        metadata: { name: `${prefix}${namespace}-${name}`, namespace: at, labels },
        spec: { interval: '1h', chart, ...(version ? { version } : {}), sourceRef: source },
      });
    } else if (ref?.kind === 'OCIRepository') {
      const at = ref.namespace ?? namespace;
      const found = repositories.find((one) => one.metadata.name === ref.name && one.metadata.namespace === at);
      if (found)
        made.set(what, {
          apiVersion: api,
          kind: 'OCIRepository',
          metadata: { name: `${prefix}${namespace}-${name}`, namespace: at!, labels },
          spec: found.spec,
        });
    }
  }
  return made;
}

/** The chart of each release, by throwaway sources that are removed again. */
export async function pullCharts(kube: Kube, context: StepContext, signal: AbortSignal): Promise<Pulled[]> {
  const [releases, repositories] = await Promise.all([
    kube.list({ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' }),
    kube.list({ apiVersion: api, kind: 'OCIRepository' }),
  ]);
  const objects = throwaways(releases, repositories);
  const unread = releases
    .map(({ metadata }) => `HelmRelease ${metadata.namespace}/${metadata.name}`)
    .filter((what) => !objects.has(what))
    .map((what) => ({ what, ok: false, told: 'its chart has no source that could be read' }));
  if (objects.size === 0) return unread;
  const all = [...objects.values()];
  await removeLeftovers(kube, context, all);
  await context.act(mutations.make, async (writers) =>
    (await writers.sovereign()).apply(all, { forceConflicts: true }),
  );
  try {
    const pulled = await Promise.all([...objects].map(([what, object]) => awaitChart(kube, what, object, signal)));
    return [...pulled, ...unread];
  } finally {
    await context.undo.act(mutations.remove, async (writers) => {
      const writer = await writers.sovereign();
      await Promise.all(all.map((object) => writer.delete(refOfObject(object))));
    });
  }
}

async function awaitChart(kube: Kube, what: string, object: KubeObject, signal: AbortSignal): Promise<Pulled> {
  try {
    const digest = await kube.waitFor<string>(refOfObject(object), {
      reason: `the chart of ${what} to be pulled`,
      timeoutMs: waitMs,
      signal,
      look: (seen) => {
        const conditions = (seen?.status?.conditions ?? []) as { type: string; status: string; message?: string }[];
        const ready = conditions.find(({ type }) => type === 'Ready');
        const artifact = seen?.status?.artifact as { digest?: string } | undefined;
        if (ready?.status === 'True' && artifact) return { done: artifact.digest ?? 'pulled' };
        return { pending: ready?.message ?? 'source-controller has not taken it up yet' };
      },
    });
    return { what, ok: true, told: digest };
  } catch (error) {
    signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    return { what, ok: false, told: messageOf(error) };
  }
}

/** One image on a node that does not have it; for L3 each image of the cluster. */
export async function pullImages(
  world: World,
  context: StepContext,
  { grade, signal }: { grade: Grade; signal: AbortSignal },
): Promise<ImagePulls> {
  const found = grade === 'L3' ? await findPulls(world) : await onePull(world);
  if ('none' in found) return { pulled: [], held: [], none: found.none };
  const pulled: Pulled[] = [];
  for (const pull of found.pulls) {
    try {
      pulled.push({ what: pull.image, ok: true, told: await imageIsPulled(world, context, pull, signal) });
    } catch (error) {
      signal.throwIfAborted();
      if (endsTheRun(error)) throw error;
      pulled.push({ what: pull.image, ok: false, told: messageOf(error) });
    }
  }
  return { pulled, held: found.held };
}

async function onePull(world: World) {
  const pull = await findPull(world);
  return 'none' in pull ? pull : { pulls: [pull], held: [] };
}

/**
 * A release that helm was in the middle of: helm refuses every further call while its record says `pending`, for ever when it
 * was killed. A helm that still runs is waited for; the record of one that is dead is removed, and the next call takes over
 * the objects that it made, which bear the release's name.
 */
import type { Release } from '../../blueprints/catalog/releases.js';
import { fluxNamespace } from '../../blueprints/charts/chart-source.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { whyNotRolledOut } from '../../kubernetes/wait-ready.js';
import { waitUntil } from '../../support/wait.js';
import { type HelmRelease, helmTimeoutMs } from '../../tools/helm/helm.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

type Which = Pick<Release, 'name' | 'releaseName' | 'namespace'>;

const isPending = (found: HelmRelease | undefined) => found?.status.startsWith('pending-') === true;

/** Name of the Secret in which helm keeps one revision. */
const recordName = ({ releaseName }: Which, { revision }: HelmRelease) =>
  `sh.helm.release.v1.${releaseName}.v${revision}`;

function dropMutation(which: Which, found: HelmRelease): Mutation {
  const { namespace, releaseName } = which;
  return {
    target: { system: 'sovereign', kind: 'Secret', namespace, name: recordName(which, found) },
    sentence: `delete helm's record of revision ${found.revision} of release ${namespace}/${releaseName}: it is ${found.status}, and the helm that made it is gone`,
  };
}

/** With a HelmRelease it is helm-controller that works on it, which clears up after itself. */
const isFlux = async (kube: Kube, { name }: Which) =>
  (await kube.get({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    namespace: fluxNamespace,
    name,
  })) !== undefined;

/** Whether Flux works on the release: it has been given it, and its own controllers run. */
export async function fluxActs(world: World, kube: Kube, which: Which): Promise<boolean> {
  if (!(await isFlux(kube, which))) return false;
  const flux = world.blueprints.find(({ name }) => name === 'bp-flux');
  return (await whyNotRolledOut(kube, flux?.workloads ?? [])) === undefined;
}

export async function planRecovery(world: World, kube: Kube, which: Which): Promise<Mutation[]> {
  const found = await world.helm.release(kube.kubeconfig, which.namespace, which.releaseName);
  return found && isPending(found) && !(await isFlux(kube, which)) ? [dropMutation(which, found)] : [];
}

/** The release as it is once no helm works on it. Throws E4003 when Flux works on it for longer than helm may. */
export async function recoverRelease(
  world: World,
  kube: Kube,
  which: Which,
  { act, progress, signal }: Pick<StepContext, 'act' | 'progress' | 'signal'>,
): Promise<HelmRelease | undefined> {
  const look = () => world.helm.release(kube.kubeconfig, which.namespace, which.releaseName);
  const first = await look();
  if (!isPending(first)) return first;
  const ofFlux = await isFlux(kube, which);
  const { clock } = world;
  const ended = await waitUntil({
    reason: `release ${which.namespace}/${which.releaseName}`,
    timeoutMs: 2 * helmTimeoutMs,
    clock,
    signal,
    onPending: progress.waiting,
    look: async () => {
      const found = await look();
      if (!found || !isPending(found)) return { done: found };
      const dead = clock.now().getTime() - Date.parse(found.updated) > helmTimeoutMs;
      if (dead && !ofFlux) return { done: found };
      return { pending: `release ${which.namespace}/${which.releaseName} is ${found.status} since ${found.updated}` };
    },
  });
  if (!ended || !isPending(ended)) return ended;
  const name = recordName(which, ended);
  await act(dropMutation(which, ended), async (writers) =>
    (await writers.sovereign()).delete({ apiVersion: 'v1', kind: 'Secret', namespace: which.namespace, name }),
  );
  return look();
}

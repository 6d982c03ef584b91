/**
 * catalyst-api is stopped for a moment, and Flux kept from starting it; then both are put back as they were found. Only what has
 * armed the undo on the mother calls this (armed-undo.ts).
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeRef, refOfObject } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../mother/discover.js';
import { type Clock, systemClock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Act, Undo } from '../../world/step.js';

/** The longest that its Pods may take to end. */
export const stopMs = 120_000;
const upMs = 300_000;

export function scaleMutation(
  catalyst: Pick<CatalystOnMother, 'namespace' | 'deployment'>,
  replicas: number,
): Mutation {
  const { namespace, deployment } = catalyst;
  return {
    target: { system: 'mother', kind: 'Deployment', namespace, name: deployment.name },
    sentence: `scale Deployment ${namespace}/${deployment.name} on the mother to ${replicas}`,
  };
}

export function ownerMutation(
  catalyst: Pick<CatalystOnMother, 'kustomization'>,
  verb: 'suspend' | 'resume',
): Mutation | undefined {
  const owner = catalyst.kustomization;
  if (!owner || owner.suspended) return undefined;
  return {
    target: { system: 'mother', kind: 'Kustomization', namespace: owner.namespace, name: owner.name },
    sentence: `${verb} Flux Kustomization ${owner.namespace}/${owner.name} on the mother`,
    effect: { field: 'spec.suspend', after: verb === 'suspend' },
  };
}

/** True while it is at 0, whoever has scaled it. */
export async function isStopped(mother: Kube, { deployment }: Pick<CatalystOnMother, 'deployment'>): Promise<boolean> {
  return (await replicasNow(mother, deployment)) === 0;
}

async function replicasNow(mother: Kube, deployment: KubeRef): Promise<number> {
  return (await mother.get(deployment))?.spec?.replicas ?? 1;
}

/**
 * Suspends the owner and scales to 0; resolves when no Pod is left. Throws E5020, before either, when somebody has scaled it since it was
 * looked at: the armed undo would not put back what there is now.
 */
export async function stopCatalyst(mother: Kube, act: Act, catalyst: CatalystOnMother): Promise<void> {
  const now = await replicasNow(mother, catalyst.deployment);
  if (now !== 0 && now !== catalyst.replicas)
    throw fail(
      'E5020',
      `Deployment ${catalyst.namespace}/${catalyst.deployment.name} on the mother has ${now} replicas now and had ${catalyst.replicas} when its undo was prepared. It was not stopped.`,
      { actions: [command('resume')] },
    );
  const suspend = ownerMutation(catalyst, 'suspend');
  if (suspend && catalyst.kustomization)
    await act(suspend, async (writers) =>
      (await writers.mother()).patch(catalyst.kustomization!, { spec: { suspend: true } }),
    );
  await act(scaleMutation(catalyst, 0), async (writers) =>
    (await writers.mother()).patch(catalyst.deployment, { spec: { replicas: 0 } }, 'scale'),
  );
  await mother.waitFor(catalyst.deployment, {
    reason: `Deployment ${catalyst.namespace}/${catalyst.deployment.name} on the mother to stop`,
    timeoutMs: stopMs,
    look: (object) => {
      const running = object?.status?.replicas ?? 0;
      const seen = object?.status?.observedGeneration === object?.metadata.generation;
      return seen && running === 0 ? { done: true } : { pending: `${running} Pods are left` };
    },
  });
  await podsGone(mother, catalyst);
}

/** A Deployment does not count Pods that are ending, and until it has ended the process writes its records back to the claim. */
async function podsGone(mother: Kube, { namespace, labels }: CatalystOnMother): Promise<void> {
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = labelSelector ? await mother.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }) : [];
  for (const pod of pods)
    await mother.waitFor(refOfObject(pod), {
      reason: `Pod ${namespace}/${pod.metadata.name} on the mother to end`,
      timeoutMs: stopMs,
      look: (object) =>
        object === undefined || object.metadata.uid !== pod.metadata.uid ? { done: true } : { pending: 'it is ending' },
    });
}

/** Absent and false reconcile alike, but only one of them is what was found. */
const asItWas = ({ kustomization }: CatalystOnMother): false | null =>
  kustomization?.suspend === false ? false : null;

/** A mother that does not answer a question in that time is not asked for longer. */
const lookMs = 3000;
/** A write of ours that was thought lost may stop it again. */
const mostStarts = 3;

interface Starting {
  clock?: Clock;
  onStarted?: (() => void) | undefined;
}

/**
 * Replicas, then owner, exactly as `catalyst` says they were; resolves when it is available again. A number that somebody has set meanwhile
 * stays, as it does when the mother puts back; where she does not say what there is now, what was found is put back.
 */
export async function startCatalyst(
  mother: Kube,
  { act, signal }: Undo,
  catalyst: CatalystOnMother,
  { clock = systemClock, onStarted }: Starting = {},
): Promise<void> {
  const { deployment, namespace, replicas } = catalyst;
  const start = () =>
    act(scaleMutation(catalyst, replicas), async (writers) => {
      await (await writers.mother()).patch(deployment, { spec: { replicas } }, 'scale', { urgent: true });
      onStarted?.();
    });
  const now = await within(lookMs, clock, replicasNow(mother, deployment));
  // also what is as it was: a write of ours whose outcome is unknown may yet arrive
  if (now === undefined || now === 0 || now === replicas) await start();
  const resume = ownerMutation(catalyst, 'resume');
  if (resume && catalyst.kustomization)
    await act(resume, async (writers) =>
      (await writers.mother()).patch(catalyst.kustomization!, { spec: { suspend: asItWas(catalyst) } }, undefined, {
        urgent: true,
      }),
    );
  for (let starts = 1; !(await isUp(starts < mostStarts)); starts += 1) await start();

  function isUp(mayStart: boolean): Promise<boolean> {
    return mother.waitFor<boolean>(deployment, {
      reason: `Deployment ${namespace}/${deployment.name} on the mother to be available again`,
      timeoutMs: upMs,
      signal,
      look: (object) => {
        if (mayStart && object?.spec?.replicas === 0) return { done: false };
        const ready = object?.status?.readyReplicas ?? 0;
        const seen = object?.status?.observedGeneration === object?.metadata.generation;
        return seen && ready >= replicas ? { done: true } : { pending: `${ready} of ${replicas} ready` };
      },
    });
  }
}

/** What comes in time; undefined when it does not, or fails. */
async function within<T>(ms: number, clock: Clock, asked: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController();
  const late = clock.sleep(ms, answered.signal).catch(() => undefined);
  try {
    return (await Promise.race([asked.catch(() => undefined), late])) ?? undefined;
  } finally {
    answered.abort(new Error('answered'));
  }
}

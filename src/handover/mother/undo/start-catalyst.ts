/** catalyst-api is started again after a stop, and Flux let go: what the undo of a stop does from here. */
import type { Kube } from '../../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../mother/discover.js';
import { type Clock, systemClock } from '../../../support/clock.js';
import { within } from '../../../support/wait.js';
import type { Undo } from '../../../world/step.js';
import { ownerMutation, replicasNow, scaleMutation } from '../stop-catalyst.js';

const upMs = 300_000;

/** Absent and false reconcile alike, but only one of them is what was found. */
const asItWas = ({ kustomization }: CatalystOnMother): false | null =>
  kustomization?.suspend === false ? false : null;

/** A mother that does not answer a question in that time is not asked for longer. */
const lookMs = 3000;
/** A late write of this process can stop it again after it was started. */
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
  const asked = within(replicasNow(mother, deployment), { clock, signal, ms: lookMs });
  const now = await asked.catch(() => undefined);
  // Also if the number is right already: an earlier write whose answer was lost may still take effect.
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

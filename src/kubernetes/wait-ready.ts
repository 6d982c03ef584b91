/** Waits on objects of the Sovereign by watch, and while it waits finds out what it really waits for. */
import type { Progress } from '../engine/step.js';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { type CatalystError, fail, isCatalystError } from '../support/errors/errors.js';
import type { Kube, KubeObject, KubeRef } from './client/kube.js';
import { nameOf, readinessOf } from './readiness.js';
import type { WorkloadRef } from './rollout.js';
import { notRolledOut, reasonOfPods } from './rollout.js';

export interface Waiting {
  kube: Kube;
  clock: Clock;
  progress: Progress;
  timeoutMs: number;
  /** Ends the wait. */
  signal?: AbortSignal;
}

/** The object once it is ready. Throws E4003 at the deadline and E4002 at once when it cannot become so any more. */
export function waitReady({ kube, progress, timeoutMs, signal }: Waiting, ref: KubeRef): Promise<KubeObject> {
  const name = nameOf({ kind: ref.kind, metadata: ref });
  return kube.waitFor<KubeObject>(ref, {
    reason: `${name} to be ready`,
    timeoutMs,
    ...(signal ? { signal } : {}),
    onPending: (pending, deadline) => progress.waiting(pending, deadline),
    look: (object) => {
      if (!object) return { pending: `${name} is not there yet` };
      const seen = readinessOf(object);
      if ('failed' in seen) throw hopeless(seen.failed, ref);
      return 'ready' in seen ? { done: object } : seen;
    },
  });
}

export async function waitAllReady(waiting: Waiting, refs: readonly KubeRef[]): Promise<KubeObject[]> {
  return Promise.all(refs.map((ref) => waitReady(waiting, ref)));
}

const lookAgainMs = 5000;

/**
 * Runs `wait` and meanwhile tells what `why` finds (a Deployment, a Pod's reason), since a release itself says no more than
 * that it is being installed. A timeout then names the cause, too; what `impossible` finds ends the wait at once.
 */
export async function explaining<T>(
  waiting: Waiting,
  wait: (waiting: Waiting) => Promise<T>,
  why: () => Promise<string | undefined>,
  impossible: () => Promise<CatalystError | undefined> = async () => undefined,
): Promise<T> {
  const { clock, progress, timeoutMs } = waiting;
  const stop = new AbortController();
  const over = new AbortController();
  const deadline = new Date(clock.now().getTime() + timeoutMs);
  let told = '';
  const tell = async () => {
    for (;;) {
      await clock.sleep(lookAgainMs, over.signal);
      const end = await impossible().catch(() => undefined);
      if (end) return stop.abort(end);
      const text = await why().catch(() => undefined);
      if (over.signal.aborted) return;
      if (text && text !== told) progress.waiting(text, deadline);
      told = text ?? told;
    }
  };
  tell().catch(() => undefined);
  try {
    return await wait({
      ...waiting,
      signal: waiting.signal ? AbortSignal.any([waiting.signal, stop.signal]) : stop.signal,
    });
  } catch (error) {
    if (!isCatalystError(error, 'E4003') || told === '') throw error;
    throw fail('E4003', `${error.message} ${told}.`, { cause: error, actions: error.actions, data: error.data });
  } finally {
    over.abort();
  }
}

/** The first workload that is not rolled out, with the reason its Pods give; undefined when all are. */
export async function whyNotRolledOut(kube: Kube, refs: readonly WorkloadRef[]): Promise<string | undefined> {
  for (const ref of refs) {
    const missing = notRolledOut(ref, await kube.get({ apiVersion: 'apps/v1', ...ref }));
    if (missing === undefined) continue;
    const reason = await reasonOfPods(kube, ref);
    return reason ? `${missing}: ${reason}` : missing;
  }
  return undefined;
}

function hopeless(what: string, { kind, namespace, name }: KubeRef) {
  return fail('E4002', `${what}. Retrying will not help.`, {
    actions: [
      `kubectl describe ${kind.toLowerCase()} ${name}${namespace ? ` -n ${namespace}` : ''}`,
      command('resume'),
    ],
    data: { kind, namespace, name },
  });
}

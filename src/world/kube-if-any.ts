import type { Kube } from '../kubernetes/client/kube.js';
import { isCatalystError } from '../support/errors/errors.js';
import { within } from '../support/wait.js';
import type { World } from './world.js';

/** Longer than any answer takes, in milliseconds. */
const patienceMs = 15_000;
/** What was silent is not asked again for so long: a plan asks for each of its steps. */
const silentMs = 60_000;
const silent = new WeakMap<Kube, { until: number; waitMs: number; error: unknown }>();

/** For `catch`: undefined where a cluster does not exist yet or does not answer (E3101). Throws every other error again. */
export function noClusterYet(error: unknown): undefined {
  if (!isCatalystError(error, 'E3101')) throw error;
}

/** The Sovereign's API, or undefined while there is no cluster: plans are made before it exists. */
export async function kubeIfAny(world: Answering): Promise<Kube | undefined> {
  return answeringKube(world).catch(noClusterYet);
}

type Answering = Pick<World, 'kube' | 'clock' | 'signal'>;

/**
 * The Sovereign's API, which has answered.
 * @param waitMs how long it may take; what destroys is patient, for it forgets what nobody tells it
 * @throws E3101 while there is no cluster, when it does not answer in that time, and at once when it did not a moment ago
 */
export async function answeringKube({ kube: open, clock, signal }: Answering, waitMs = patienceMs): Promise<Kube> {
  const kube = await open();
  const last = silent.get(kube);
  if (last && waitMs <= last.waitMs && clock.now().getTime() < last.until) throw last.error;
  const over = new AbortController();
  try {
    const asked = kube.raw('/version', { signal: AbortSignal.any([signal, over.signal]) });
    await within(asked, { clock, signal, ms: waitMs });
  } catch (error) {
    signal.throwIfAborted();
    if (isCatalystError(error, 'E3101')) silent.set(kube, { until: clock.now().getTime() + silentMs, waitMs, error });
    throw error;
  } finally {
    over.abort();
  }
  return kube;
}

import { systemClock } from '../support/clock.js';

/** Before it is asked once more, in ms. */
const pausesMs = [500, 2000];

/**
 * Asks, and twice more when the connection was cut on the way, which says nothing about who was asked. Only for what changes nothing.
 * @param wasCut of what was thrown
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  wasCut: (error: unknown) => boolean,
  signal: AbortSignal,
  [pause, ...later]: readonly number[] = pausesMs,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (pause === undefined || signal.aborted || !wasCut(error)) throw error;
    await systemClock.sleep(pause, signal);
    return askAgain(ask, wasCut, signal, later);
  }
}

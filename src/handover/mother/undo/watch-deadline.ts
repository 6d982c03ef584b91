import type { CatalystError } from '../../../support/errors/errors.js';
import type { World } from '../../../world/world.js';

/** The process stops this long before a cluster begins to put back. */
const marginMs = 15_000;
const lookMs = 1000;

export interface Times {
  /** Milliseconds of a clock that never steps back. */
  monotonic(): number;
}

export const systemTimes: Times = { monotonic: () => performance.now() };

/**
 * Aborts with `reason` shortly before `seconds` are over, by two clocks: the monotonic one stands still while a laptop sleeps, the
 * other one can be set.
 */
export function watchDeadline(
  { clock }: Pick<World, 'clock'>,
  seconds: number,
  reason: () => CatalystError,
  { monotonic }: Times = systemTimes,
) {
  const passed = new AbortController();
  const longest = seconds * 1000 - marginMs;
  const from = { monotonic: monotonic(), wall: clock.now().getTime() };
  const look = () => {
    const elapsed = Math.max(monotonic() - from.monotonic, clock.now().getTime() - from.wall);
    if (elapsed >= longest && !passed.signal.aborted) passed.abort(reason());
  };
  const timer = setInterval(look, lookMs).unref();
  return {
    signal: passed.signal,
    /** Throws the reason when it is too late. */
    check() {
      look();
      passed.signal.throwIfAborted();
    },
    close: () => clearInterval(timer),
  };
}

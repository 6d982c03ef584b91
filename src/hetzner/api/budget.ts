/**
 * Keeps to the project's 3600 requests an hour, which refill one a second. `RateLimit-Reset` names the moment of FULL
 * recovery, up to an hour away; a request needs only one token, so waiting is counted in seconds.
 */
import type { Clock } from '../../support/clock.js';

export interface Budget {
  /** Takes one request, waiting for it when none is left. */
  take(signal: AbortSignal): Promise<void>;
  /** Learns from the headers of an answer. */
  learn(headers: Record<string, string>, status: number): void;
  used(): number;
}

export function createBudget(clock: Clock, perHour = 3600): Budget {
  let limit = perHour;
  let left = perHour;
  let at = clock.now().getTime();
  let used = 0;
  const refill = () => {
    const now = clock.now().getTime();
    left = Math.min(limit, left + ((now - at) / 3_600_000) * limit);
    at = now;
  };
  return {
    async take(signal) {
      for (refill(); left < 1; refill()) await clock.sleep(Math.ceil(((1 - left) * 3_600_000) / limit), signal);
      left -= 1;
      used += 1;
    },
    learn(headers, status) {
      refill();
      const told = Number(headers['ratelimit-limit']);
      if (told > 0) limit = told;
      const remaining =
        headers['ratelimit-remaining'] === undefined ? Number.NaN : Number(headers['ratelimit-remaining']);
      if (remaining >= 0) left = Math.min(left, remaining);
      if (status === 429) left = Math.min(left, 0);
    },
    used: () => used,
  };
}

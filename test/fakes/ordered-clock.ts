import type { Clock } from '../../src/support/clock.js';

interface Sleeper {
  due: number;
  wake(): void;
}

/** Time that leaps to the next sleeper once nothing else is to be done: whoever sleeps less wakes first, and nobody waits. */
export function orderedClock(): Clock & { passedMs(): number } {
  const start = Date.parse('2026-11-23T00:00:00Z');
  let now = start;
  let sleepers: Sleeper[] = [];
  let ticking = false;
  const tick = () => {
    const next = sleepers.reduce<Sleeper | undefined>(
      (first, one) => (first && first.due <= one.due ? first : one),
      undefined,
    );
    ticking = next !== undefined;
    if (!next) return;
    sleepers = sleepers.filter((one) => one !== next);
    now = next.due;
    next.wake();
    setImmediate(tick);
  };
  return {
    now: () => new Date(now),
    passedMs: () => now - start,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const one = { due: now + ms, wake: resolve };
        sleepers.push(one);
        signal?.addEventListener('abort', () => {
          sleepers = sleepers.filter((other) => other !== one);
          reject(signal.reason as Error);
        });
        if (!ticking) setImmediate(tick);
        ticking = true;
      }),
  };
}

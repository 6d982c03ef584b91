import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../src/support/clock.js';
import { within } from '../../../src/support/wait.js';
import { orderedClock } from '../../fakes/ordered-clock.js';

const { signal } = new AbortController();
const never = () => new Promise<never>(() => undefined);

/** Counts the timers that have neither ended nor been ended. */
function counting(): { clock: Clock; open: () => number } {
  const inner = orderedClock();
  let open = 0;
  const sleep: Clock['sleep'] = (ms, ends) => {
    open += 1;
    return inner.sleep(ms, ends).finally(() => {
      open -= 1;
    });
  };
  return { clock: { ...inner, sleep }, open: () => open };
}

describe('work within a time', () => {
  it('answers, or fails as the work does; its timer ends with it', async () => {
    const { clock, open } = counting();
    expect(await within(Promise.resolve('seen'), { clock, signal, ms: 1000 })).toBe('seen');
    await expect(within(Promise.reject(new Error('refused')), { clock, signal, ms: 1000 })).rejects.toThrow('refused');
    await new Promise(setImmediate);
    expect(open()).toBe(0);
  });

  it('ends its timer with one and the same reason: an experiment ends thousands of them', async () => {
    const reasons: unknown[] = [];
    const { clock } = counting();
    const sleep: Clock['sleep'] = (_ms, ends) =>
      new Promise((_, reject) => {
        ends?.addEventListener('abort', () => {
          reasons.push(ends.reason);
          reject(ends.reason);
        });
      });
    for (const value of [1, 2]) await within(Promise.resolve(value), { clock: { ...clock, sleep }, signal, ms: 1000 });
    expect(reasons[0]).toBe(reasons[1]);
  });

  it('that gives no answer throws E3101, or what its caller has for that', async () => {
    const { clock } = counting();
    await expect(within(never(), { clock, signal, ms: 5000 })).rejects.toMatchObject({
      ...{ code: 'E3101', message: 'no answer within 5s' },
    });
    expect(await within(never(), { clock, signal, ms: 5000, late: () => undefined })).toBeUndefined();
    const late = () => {
      throw new Error('too late');
    };
    await expect(within(never(), { clock, ms: 5000, late })).rejects.toThrow('too late');
  });

  it('ends as soon as the signal aborts, and so does its timer', async () => {
    const { clock, open } = counting();
    const stop = new AbortController();
    const waiting = within(never(), {
      clock: { ...clock, sleep: (_ms, ends) => clock.sleep(1e9, ends) },
      signal: stop.signal,
      ms: 5000,
    });
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await new Promise(setImmediate);
    expect(open()).toBe(0);
    await expect(within(never(), { clock, signal: stop.signal, ms: 5000 })).rejects.toThrow('stopped');
  });
});

import { describe, expect, it } from 'vitest';
import { type Probe, startSampler } from '../../../../src/verification/experiment/sampler.js';
import { orderedClock } from '../../../fakes/ordered-clock.js';

/** Time leaps; the monotonic clock is the same one, unless `wall` sets the other. */
function rig(look: Probe['look'], wall: (ms: number) => number = (ms) => ms) {
  const ordered = orderedClock();
  const start = ordered.now().getTime();
  const clock = { ...ordered, now: () => new Date(start + wall(ordered.passedMs())) };
  const stop = new AbortController();
  const sampler = startSampler([{ name: 'p', class: 'sovereign', look }], {
    clock,
    times: { monotonic: ordered.passedMs },
    intervalMs: 500,
    signal: stop.signal,
  });
  return { sampler, ordered };
}

describe('the sampler', () => {
  it('starts a sample every 500 ms whether or not earlier ones have returned', async () => {
    const { sampler, ordered } = rig(async () => {
      await ordered.sleep(1800);
      return { status: 200 };
    });
    await ordered.sleep(10_000);
    await sampler.stop();
    const starts = sampler.samples.map(({ t }) => t);
    expect(starts.slice(0, 4)).toEqual([0, 500, 1000, 1500]);
    expect(sampler.samples.every(({ ms, ok, status }) => ms === 1800 && ok && status === 200)).toBe(true);
  });

  it('ends each after 5 s, with at most ten of a probe open', async () => {
    let [open, most] = [0, 0];
    const { sampler, ordered } = rig(async ({ signal }) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      open -= 1;
      return {};
    });
    await ordered.sleep(20_000);
    await sampler.stop();
    expect(most).toBeLessThanOrEqual(10);
    expect(sampler.samples.length).toBeGreaterThan(20);
    expect(sampler.samples[0]).toEqual({ probe: 'p', t: 0, ms: 5000, ok: false, error: 'no answer within 5s' });
  });

  it('goes over a new connection every fourth time', async () => {
    const fresh: boolean[] = [];
    const { sampler, ordered } = rig(async (how) => {
      fresh.push(how.fresh);
      return { status: 200 };
    });
    await ordered.sleep(4000);
    await sampler.stop();
    expect(fresh.slice(0, 8)).toEqual([true, false, false, false, true, false, false, false]);
  });

  it('measures by the monotonic clock, and keeps each jump of the other one', async () => {
    const { sampler, ordered } = rig(
      async () => ({ status: 200, date: 42 }),
      (ms) => (ms >= 3000 ? ms + 90_000 : ms),
    );
    await ordered.sleep(6000);
    await sampler.stop();
    expect(sampler.jumps).toEqual([{ t: 3000, ms: 90_000 }]);
    expect(Math.max(...sampler.samples.map(({ t, ms }) => t + ms))).toBeLessThanOrEqual(6000);
    expect(sampler.samples[0]).toMatchObject({ date: 42 });
  });

  it('knows the newest sample by its start, and takes a late one for red', async () => {
    let count = 0;
    const { sampler, ordered } = rig(async () => {
      count += 1;
      await ordered.sleep(count === 1 ? 4000 : 10);
      return { status: 200 };
    });
    await ordered.sleep(4200);
    expect(sampler.samples.at(-1)).toMatchObject({ t: expect.any(Number) });
    expect(sampler.isGreen('p')).toBe(true);
    expect(sampler.isGreen('p', 100_000)).toBeUndefined();
    await sampler.stop();
  });
});

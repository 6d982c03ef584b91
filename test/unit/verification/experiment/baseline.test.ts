import { describe, expect, it } from 'vitest';
import { greenBaseline } from '../../../../src/verification/experiment/baseline.js';
import type { Sampler } from '../../../../src/verification/experiment/sampler.js';
import type { Sample } from '../../../../src/verification/experiment/samples.js';

const names = ['canary', 'console'];
const probes = [
  { name: 'canary', class: 'control' },
  { name: 'console', class: 'sovereign' },
] as const;
const progress = { waiting: () => undefined, output: () => undefined };

/** Time passes only by sleeping; each probe is sampled every second, and `bad` tells which samples fail. */
function rig(bad: (probe: string, t: number) => boolean) {
  let now = 0;
  const samples: Sample[] = [];
  const take = (t: number) => {
    for (const probe of names) {
      const ok = !bad(probe, t);
      samples.push({ probe, t, ms: 10, ok, ...(ok ? {} : { error: '503' }) });
    }
  };
  const clock = {
    now: () => new Date(now),
    sleep: async (ms: number) => {
      for (const until = now + ms; now < until; ) {
        now = Math.min(until, (Math.floor(now / 1000) + 1) * 1000);
        if (now % 1000 === 0) take(now);
      }
    },
  };
  const sampler: Sampler = {
    samples,
    jumps: [],
    loads: [],
    now: () => now,
    isGreen: (probe, since = 0) => samples.findLast((one) => one.probe === probe && one.t >= since)?.ok,
    stop: async () => undefined,
  };
  return { world: { clock, signal: new AbortController().signal }, sampler };
}

describe('the baseline', () => {
  it('begins after the last bad sample, and lasts as long as asked', async () => {
    const { world, sampler } = rig((probe, t) => probe === 'console' && t === 2000);
    const from = await greenBaseline(world, { progress }, sampler, probes, { baselineMs: 3000, blind: () => [] });
    expect(from).toBe(2010);
    expect(sampler.now()).toBeGreaterThanOrEqual(5010);
    expect(sampler.samples.filter(({ t, ok }) => t >= from && !ok)).toEqual([]);
  });

  it('that does not come names what fails, and that nothing was killed', async () => {
    const { world, sampler } = rig((probe, t) => probe === 'canary' && t % 4000 === 0);
    await expect(
      greenBaseline(world, { progress }, sampler, probes, { baselineMs: 10_000, blind: () => [] }),
    ).rejects.toMatchObject({
      code: 'E6002',
      message: 'The baseline is not green: canary (503). Nothing was killed.',
    });
  });

  it.each([
    ['a probe that does not answer', 5000, undefined, 'witness', /canary \(no answer; this machine was busy\)/],
    ['a probe that answers wrong', 10, 503, 'control', /canary \(503\)/],
  ] as const)(
    'that does not come while we are slow ourselves is our fault with %s',
    async (_what, ms, status, cls, told) => {
      const { world, sampler } = rig(() => false);
      const bad = { probe: 'canary', ms, ok: false, error: status === undefined ? 'no answer' : '503' };
      const late = { ...bad, ...(status === undefined ? {} : { status }) };
      const shaking = {
        ...sampler,
        get samples() {
          return [...sampler.samples, { ...late, t: Math.max(0, sampler.now() - 10) }];
        },
      };
      const blind = () => [{ why: 'this machine was busy', from: 0, to: Number.POSITIVE_INFINITY }];
      await expect(
        greenBaseline(world, { progress }, shaking, probes, { baselineMs: 10_000, blind }),
      ).rejects.toMatchObject({ code: 'E6002', message: expect.stringMatching(told), data: { class: cls } });
    },
  );
});

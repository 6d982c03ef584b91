import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../../src/verification/dod/item.js';
import { judge, type Observed } from '../../../../src/verification/experiment/experiment.js';
import { redFrom, type Sample, summarize } from '../../../../src/verification/experiment/samples.js';

const ticks = (probe: string, bad: (t: number) => boolean): Sample[] =>
  Array.from({ length: 61 }, (_, n) => ({ probe, t: n * 500, ms: 10, ok: !bad(n * 500) }));

function observed(change: Partial<Observed> = {}): Observed {
  return {
    startedAt: '2026-11-22T10:00:00Z',
    window: { requestedMs: 20_000, baselineFrom: 0, faultAt: 3000, undoAt: 25_000, endedAt: 30_000 },
    control: { name: 'canary', url: 'https://mother/' },
    probeClasses: { canary: 'control', console: 'sovereign' },
    samples: [...ticks('canary', (t) => t >= 4000 && t < 26_000), ...ticks('console', () => false)],
    exercises: [{ name: 'push', class: 'gitops', ok: true, from: 5000, to: 9000, reason: 'rolled out' }],
    notExercised: [],
    undo: { job: 'catalyst/undo', armedBeforeFault: true, differences: [] },
    protectedDifferences: [],
    lab: true,
    ...change,
  };
}

describe('the kill experiment', () => {
  it('passes when the canary is red for the window and nothing else notices', () => {
    expect(judge(observed())).toMatchObject({ valid: true, passed: true, control: { turnedRed: true, redMs: 21_000 } });
  });

  it('is invalid when nothing was killed', () => {
    const samples = [...ticks('canary', () => false), ...ticks('console', () => false)];
    expect(judge(observed({ samples }))).toMatchObject({ valid: false, control: { turnedRed: false } });
  });

  it('is invalid when somebody scaled it up again in the window', () => {
    const samples = [...ticks('canary', (t) => t >= 4000 && t < 12_000), ...ticks('console', () => false)];
    expect(judge(observed({ samples })).valid).toBe(false);
  });

  it('is invalid with a red baseline, with no exercise, or with one outside the window', () => {
    const red = [...observed().samples, { probe: 'console', t: 1000, ms: 5, ok: false }];
    expect(judge(observed({ samples: red })).valid).toBe(false);
    expect(judge(observed({ exercises: [] })).valid).toBe(false);
    const early = [{ name: 'push', class: 'gitops', ok: true, from: 100, to: 2000, reason: '' }];
    expect(judge(observed({ exercises: early })).valid).toBe(false);
  });

  it('fails, but is valid, when one sample or exercise fails or the undo is not exact', () => {
    const samples = observed().samples.map((one) =>
      one.probe === 'console' && one.t === 10_000 ? { ...one, ok: false } : one,
    );
    expect(judge(observed({ samples }))).toMatchObject({ valid: true, passed: false });
    const exercises = [{ ...observed().exercises[0]!, ok: false }];
    expect(judge(observed({ exercises }))).toMatchObject({ valid: true, passed: false });
    const undo = { job: 'u', armedBeforeFault: true, differences: ['Deployment is not as found'] };
    expect(judge(observed({ undo }))).toMatchObject({ valid: true, passed: false });
  });

  it('says what the first bad sample of a probe was, and how long it took', () => {
    const samples = observed().samples.map((one) =>
      one.probe === 'console' && one.t >= 10_000 && one.t < 11_000
        ? { ...one, ok: false, ms: 5003, error: 'GET https://console/: no answer within 5s.' }
        : one,
    );
    expect(judge(observed({ samples })).problems).toEqual([
      expect.stringMatching(/^console failed 2 of \d+ in the window: GET .*: no answer within 5s \(took 5003 ms\)$/),
    ]);
  });

  it('takes no sample for a witness that was under way at the fault or at the undo', () => {
    const slow = (t: number, ok: boolean): Sample => ({ probe: 'canary', t, ms: 1500, ok });
    const samples = [...observed().samples, slow(2600, false), slow(24_900, true)];
    expect(judge(observed({ samples }))).toMatchObject({ valid: true, passed: true, control: { redMs: 21_000 } });
  });

  it('judges a judged experiment the same', () => {
    const once = judge(observed());
    expect(judge(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });
});

describe('samples', () => {
  it('know the longest outage and when a probe turned red for good', () => {
    const samples = ticks('p', (t) => (t >= 1000 && t < 2500) || t >= 20_000);
    expect(summarize('p', 'sovereign', samples, 0, 10_000)).toMatchObject({ failures: 3, longestOutageMs: 1500 });
    expect(redFrom(samples, 'p', 0, 30_000)).toBe(20_000);
    expect(redFrom(samples, 'p', 0, 5000)).toBeUndefined();
  });
});

describe('the verdict', () => {
  const pass = { id: 'D1', status: 'pass' } as const;
  const open = { id: 'D2', status: 'not-checked' } as const;
  const bad = { id: 'D3', status: 'fail' } as const;
  it('is never PASS when something was not checked or not asked for', () => {
    expect(verdictOf([pass], { valid: true }, true)).toBe('PASS');
    expect(verdictOf([pass, open], { valid: true }, true)).toBe('PARTIAL');
    expect(verdictOf([pass], { valid: true }, false)).toBe('PARTIAL');
    expect(verdictOf([pass, open, bad], { valid: true }, true)).toBe('FAIL');
    expect(verdictOf([pass, bad], { valid: false }, true)).toBe('INVALID');
    expect(verdictOf([], undefined, true)).toBe('PARTIAL');
  });
});

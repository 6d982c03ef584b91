import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../../src/verification/dod/item.js';
import { judge, longestDownMs, type Observed } from '../../../../src/verification/experiment/experiment.js';
import { blindTimes, redFrom, type Sample, summarize } from '../../../../src/verification/experiment/samples.js';
import { alive, changed, gone, observed, ticks, watchOf, witnesses } from '../../../fakes/observed-kill.js';

const problemsOf = (change: Partial<Observed>) => judge(observed(change)).problems;

describe('the kill experiment', () => {
  it('passes when catalyst-api is seen to be gone for the window and nothing else notices', () => {
    const judged = judge(observed());
    expect(judged.problems).toEqual([]);
    expect(judged).toMatchObject({ valid: true, passed: true, control: { turnedRed: true, redMs: 21_000 } });
  });

  it('is invalid when nothing was killed', () => {
    const samples = changed('canary', () => true, { ok: true, status: 200 });
    expect(judge(observed({ samples }))).toMatchObject({ valid: false, control: { turnedRed: false } });
    const notKilled = 'Deployment catalyst/catalyst-api was at 0 replicas before the fault';
    expect(judge(observed({ notKilled }))).toMatchObject({ valid: false, passed: false, problems: [notKilled] });
  });

  it('is invalid when the canary was green again in the window', () => {
    const samples = changed('canary', (t) => t >= 12_000 && t < 14_000, { ok: true, status: 200 });
    expect(judge(observed({ samples })).valid).toBe(false);
  });

  it('is invalid with a red baseline, with no exercise, or with one outside the window', () => {
    const red = [...observed().samples, { probe: 'console', t: 1000, ms: 5, ok: false, status: 503 }];
    expect(judge(observed({ samples: red })).valid).toBe(false);
    expect(judge(observed({ exercises: [] })).valid).toBe(false);
    const early = [{ name: 'push', class: 'gitops', ok: true, from: 100, to: 2000, reason: '' }];
    expect(judge(observed({ exercises: early })).valid).toBe(false);
  });

  it('fails, but is valid, when one sample or exercise fails or the undo is not exact', () => {
    const samples = changed('console', (t) => t === 10_000, { ok: false, status: 502 });
    expect(judge(observed({ samples }))).toMatchObject({ valid: true, passed: false });
    const exercises = [{ ...observed().exercises[0]!, ok: false }];
    expect(judge(observed({ exercises }))).toMatchObject({ valid: true, passed: false });
    const undo = { job: 'u', armedBeforeFault: true, differences: ['Deployment is not as found'] };
    expect(judge(observed({ undo }))).toMatchObject({ valid: true, passed: false });
  });

  it('says what the first bad sample of a probe was, and how long it took', () => {
    const error = 'GET https://console/: no answer within 5s.';
    const samples = changed('console', (t) => t >= 10_000 && t < 11_000, {
      ok: false,
      ms: 5003,
      error,
      status: undefined,
    });
    expect(problemsOf({ samples })).toEqual([
      expect.stringMatching(
        /^console failed 2 of \d+ in the window, longest outage 1000 ms: GET .*: no answer within 5s \(took 5003 ms\)$/,
      ),
    ]);
  });

  it('takes no sample for a proof that was under way at the fault or at the undo', () => {
    const slow = (t: number, ok: boolean): Sample => ({ probe: 'canary', t, ms: 1500, ok, status: ok ? 200 : 503 });
    const samples = [...observed().samples, slow(2600, false), slow(24_900, true)];
    expect(judge(observed({ samples }))).toMatchObject({ valid: true, passed: true, control: { redMs: 21_000 } });
  });

  it('judges a judged experiment the same', () => {
    const once = judge(observed());
    expect(judge(JSON.parse(JSON.stringify(once)))).toEqual(once);
  });
});

describe('an outage', () => {
  it('is also an answer that comes late, and lasts from its start to the start of the next good one', () => {
    const samples = changed('console', (t) => t === 10_000, { ms: 2400 });
    expect(problemsOf({ samples })).toEqual([
      expect.stringMatching(
        /^console failed 1 of \d+ .* longest outage 500 ms: late, the limit is 2000 ms \(took 2400 ms\)$/,
      ),
    ]);
  });

  it('passes up to --max-outage and no longer, and the verdict carries the limit', () => {
    const samples = changed('console', (t) => t >= 10_000 && t < 11_000, { ok: false, status: 503 });
    const withLimit = (maxOutageMs: number) =>
      judge(observed({ samples, window: { ...observed().window, maxOutageMs } }));
    expect(withLimit(1000)).toMatchObject({ passed: true, window: { maxOutageMs: 1000 } });
    expect(withLimit(999).problems).toEqual([expect.stringContaining('longest outage 1000 ms of at most 999 ms')]);
  });
});

describe('our own slowness', () => {
  const late = { ok: false, ms: 5000, status: undefined, error: 'no answer within 5s' };
  const stall = (witness: string | undefined, count: number) => {
    const hit = (t: number) => t >= 10_000 && t < 10_000 + count * 500;
    const samples = changed('console', hit, late);
    return witness ? changed(witness, hit, { ms: 3000 }, samples) : samples;
  };

  it('is no outage: what is late on a witness too was not observed', () => {
    for (const witness of witnesses) {
      const judged = judge(observed({ samples: stall(witness, 2) }));
      expect(judged).toMatchObject({ valid: true, passed: true });
      expect(judged.probes).toContainEqual(expect.objectContaining({ name: 'console', failures: 0, notObserved: 2 }));
    }
    expect(judge(observed({ samples: stall(undefined, 2) }))).toMatchObject({ valid: true, passed: false });
  });

  it('is INVALID when more than three in a row were not observed, never FAIL', () => {
    const judged = judge(observed({ samples: stall(witnesses[1], 4) }));
    expect(judged.valid).toBe(false);
    expect(judged.problems).toEqual([
      expect.stringMatching(/^console was not observed for 4 samples from 10.0 s on: witness: cloud was late/),
    ]);
  });

  it('is, in a lab, also a machine that has nothing to spare; elsewhere it is no excuse', () => {
    const loads = [
      { t: 9000, busy: 0.2 },
      { t: 17_000, busy: 1 },
    ];
    const at = (count: number, lab: boolean) => judge(observed({ samples: stall(undefined, count), loads, lab }));
    expect(at(4, true)).toMatchObject({ valid: true, passed: true });
    expect(at(12, true)).toMatchObject({
      valid: false,
      problems: [expect.stringContaining('had no processor time left')],
    });
    expect(at(2, false)).toMatchObject({ valid: true, passed: false });
  });

  it('does not hide an answer that is wrong: a 503 is seen however slow the witness is', () => {
    const hit = (t: number) => t === 10_000;
    const samples = changed(witnesses[0]!, hit, { ms: 4000 }, changed('console', hit, { ok: false, status: 503 }));
    expect(judge(observed({ samples }))).toMatchObject({ valid: true, passed: false });
  });

  it('does not hide many samples by leaving every fourth of them seen', () => {
    const hit = (t: number) => t >= 5000 && t < 25_000 && t % 2000 !== 0;
    const samples = changed(witnesses[0]!, hit, { ms: 4000 }, changed('console', hit, late));
    for (const lab of [false, true]) expect(judge(observed({ samples, lab })).valid).toBe(false);
    const few = (t: number) => t >= 5000 && t < 25_000 && t % 3000 === 0;
    const scattered = changed(witnesses[0]!, few, { ms: 4000 }, changed('console', few, late));
    expect(judge(observed({ samples: scattered })).valid).toBe(false);
    expect(judge(observed({ samples: scattered, lab: true }))).toMatchObject({ valid: true, passed: true });
  });

  it.each([
    ['real', false, 1500, 2000],
    ['lab', true, 3000, 3500],
  ])('leaves no gap in the samples of a %s world', (_, lab, fine, tooLong) => {
    const without = (ms: number) => observed().samples.filter(({ t }) => t <= 10_000 || t >= 10_000 + ms);
    expect(judge(observed({ lab, samples: without(fine) })).problems).toEqual([]);
    expect(problemsOf({ lab, samples: without(tooLong) })).toContainEqual(
      expect.stringMatching(
        /^no sample of .* was started for .* from 10.0 s on: this process was suspended or too slow$/,
      ),
    );
  });

  it('is a clock that jumped, and servers whose clocks went on while ours stood', () => {
    expect(problemsOf({ jumps: [{ t: 12_000, ms: 60_000 }] })).toEqual([
      expect.stringContaining('jumped by 60.0 s at 12.0 s'),
    ]);
    const start = Date.parse('2026-11-22T10:00:00Z');
    const dated = (stood: number) =>
      observed().samples.map((one) => ({ ...one, date: start + one.t + (one.t > 12_000 ? stood : 0) }));
    expect(problemsOf({ samples: dated(1000) })).toEqual([]);
    expect(problemsOf({ samples: dated(40_000) })).toEqual([
      expect.stringContaining("the servers' clocks went 40.0 s further"),
    ]);
  });

  it('cannot be told without two witnesses', () => {
    const probeClasses = { canary: 'control', console: 'sovereign', [witnesses[0]!]: 'witness' } as const;
    expect(judge(observed({ probeClasses })).valid).toBe(false);
  });
});

describe('the mother during the window', () => {
  const back = {
    t: 12_000,
    ...alive,
    deployment: { uid: 'd', generation: 3, replicas: 1, running: 1, by: 'kubectl-scale' },
  };
  it.each([
    ['nobody watched', undefined, /the mother was not watched/],
    ['catalyst-api was alive all the time', watchOf({ t: 0, ...alive }), /never gone from the mother/],
    [
      'it was scaled up',
      watchOf({ t: 0, ...alive }, { t: 4000, ...gone }, back),
      /there again: its Deployment asks for 1 \(last changed by kubectl-scale\).*12\.0 s/,
    ],
    [
      'another Deployment took its place behind the Service',
      watchOf(
        { t: 0, ...alive },
        { t: 4000, ...gone },
        { t: 9000, ...gone, endpoints: ['10.0.0.9 in EndpointSlice catalyst-api'] },
      ),
      /there again: endpoint 10.0.0.9/,
    ],
    [
      'it was scaled up and down between two looks',
      watchOf(
        { t: 0, ...alive },
        { t: 4000, ...gone },
        { t: 9000, ...gone, deployment: { ...gone.deployment!, generation: 4 } },
      ),
      /somebody changed the Deployment/,
    ],
    [
      'the undo was deleted',
      watchOf({ t: 0, ...alive }, { t: 4000, ...gone }, { t: 9000, ...gone, undo: undefined }),
      /armed undo on the mother was deleted \(seen at 9\.0 s\)/,
    ],
    [
      'the undo was replaced',
      watchOf(
        { t: 0, ...alive },
        { t: 4000, ...gone },
        { t: 9000, ...gone, undo: { uid: 'v', armed: true, ended: false } },
      ),
      /armed undo on the mother was replaced/,
    ],
    [
      'the Kustomization was resumed',
      watchOf({ t: 0, ...alive }, { t: 4000, ...gone }, { t: 9000, ...gone, suspended: false }),
      /resumed the Flux Kustomization/,
    ],
    [
      'the undo was never armed',
      watchOf({ t: 0, ...alive, undo: undefined }, { t: 4000, ...gone }),
      /not armed before the fault/,
    ],
  ])('INVALID: %s', (_, watch, problem) => {
    const judged = judge(observed({ watch }));
    expect(judged.valid).toBe(false);
    expect(judged.problems).toContainEqual(expect.stringMatching(problem));
  });

  it('INVALID: she was not looked at for longer than ten seconds, and the reason is told', () => {
    const watch = {
      ...observed().watch!,
      looks: [0, 3000, 4000, 15_000, 24_000],
      missed: [{ t: 9000, error: 'ECONNRESET' }],
    };
    expect(problemsOf({ watch })).toEqual([expect.stringMatching(/not seen for 11 s from 4\.0 s on: ECONNRESET/)]);
  });

  it('INVALID: a Pod of the Sovereign still heard catalyst-api', () => {
    const canaryInside = [
      { from: 500, to: 1500, status: 200 },
      { from: 5000, to: 6000, status: 200 },
    ];
    expect(problemsOf({ canaryInside })).toEqual([expect.stringMatching(/still heard catalyst-api .*6\.0 s.*200/)]);
    expect(problemsOf({ canaryInside: canaryInside.slice(0, 1) })).toEqual([
      expect.stringContaining('no Pod of the Sovereign listened'),
    ]);
  });

  it('a canary that was never heard inside says nothing either way', () => {
    expect(problemsOf({ canaryInside: [{ from: 500, to: 1500, status: 0 }] })).toEqual([]);
  });

  it('the window begins when nothing is left, not when the canary is red', () => {
    const watch = watchOf({ t: 0, ...alive }, { t: 6000, ...gone });
    expect(judge(observed({ watch }))).toMatchObject({ valid: false, control: { redMs: 19_000 } });
  });
});

describe('how long the mother is down', () => {
  it('is bounded by the window and a fifth of it, or half a minute', () => {
    expect([longestDownMs(20_000), longestDownMs(300_000)]).toEqual([50_000, 360_000]);
    const window = { ...observed().window, undoAt: 54_000, endedAt: 60_000 };
    expect(problemsOf({ window })).toContainEqual(
      'the mother was down for 51.0 s, longer than the 50.0 s that were announced: this machine was too slow to begin the undo in time',
    );
    const slowly = { ...observed().window, undoAt: 49_000, startedAgainAt: 60_000, endedAt: 70_000 };
    expect(problemsOf({ window: slowly })).toContainEqual(
      'the mother was down for 57.0 s, longer than the 50.0 s that were announced: the undo began after 46.0 s and the mother did not take it sooner',
    );
  });

  it('an exercise that was cut off fails; in a lab on a machine with nothing to spare it shows nothing', () => {
    const exercises = [{ ...observed().exercises[0]!, ok: false, cutOff: true, reason: 'it had not ended after 4 s' }];
    const loads = [
      { t: 5500, busy: 0.99 },
      { t: 8500, busy: 1 },
    ];
    expect(judge(observed({ exercises, loads }))).toMatchObject({ valid: true, passed: false });
    const inLab = judge(observed({ exercises, loads, lab: true }));
    expect(inLab.valid).toBe(false);
    expect(inLab.problems).toEqual([expect.stringContaining('had no processor time left')]);
    expect(judge(observed({ exercises, lab: true }))).toMatchObject({ valid: true, passed: false });
  });
});

describe('who else changed something', () => {
  const change = {
    system: 'sovereign',
    what: 'Deployment gitea/gitea was changed by kubectl-set',
    manager: 'kubectl-set',
    at: '',
  } as const;
  it('a person who helped the Sovereign makes it FAIL; one on the mother is told', () => {
    expect(judge(observed({ audit: [{ ...change, hand: true }] }))).toMatchObject({ valid: true, passed: false });
    expect(judge(observed({ audit: [{ ...change, hand: false }] })).passed).toBe(true);
  });

  it('INVALID when that could not be read', () => {
    expect(judge(observed({ audit: undefined })).valid).toBe(false);
  });
});

describe('samples', () => {
  it('know the longest outage and when a probe turned red for good', () => {
    const samples = ticks('p', (t) => (t >= 1000 && t < 2500) || t >= 20_000);
    expect(summarize('p', 'sovereign', samples, { from: 0, to: 10_000 })).toMatchObject({
      failures: 3,
      longestOutageMs: 1500,
    });
    expect(redFrom(samples, 'p', 0, 30_000)).toBe(20_000);
    expect(redFrom(samples, 'p', 0, 5000)).toBeUndefined();
  });

  it('an outage begins at the start of its first bad sample, whichever ended first', () => {
    const samples: Sample[] = [
      { probe: 'p', t: 1500, ms: 10, ok: true },
      { probe: 'p', t: 1000, ms: 5000, ok: false },
      { probe: 'p', t: 500, ms: 10, ok: true },
    ];
    expect(summarize('p', 'sovereign', samples)).toMatchObject({ failures: 1, longestOutageMs: 500 });
  });

  it('are blind from the last good sample of a witness to its next one', () => {
    const samples = changed(witnesses[0]!, (t) => t === 5000, { ms: 1600 });
    expect(blindTimes(samples, witnesses)).toEqual([{ why: `${witnesses[0]} was late too`, from: 4510, to: 5500 }]);
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

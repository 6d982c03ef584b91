import { describe, expect, it } from 'vitest';
import { interruptedRun, type JournaledRun } from '../../../../src/actions/session/interrupted-run.js';

const run = (id: string, steps: string[], ok?: boolean) => ({
  id,
  at: '2026-11-29T12:00:00Z',
  ...(ok === undefined ? {} : { ok, finishedAt: '2026-11-29T12:01:00Z' }),
  inputs: { command: id, steps },
});

/** `proven`: steps with a proof of that moment. */
const interruptedOf = (runs: readonly JournaledRun[], proven: Record<string, string> = {}, failed: string[] = []) =>
  interruptedRun({
    runs: [...runs],
    proofs: new Map(Object.entries(proven).map(([step, at]) => [step, { at } as never])),
    failures: new Map(failed.map((step) => [step, { at: '', message: '' }])),
    open: new Map(),
  });

describe('which run resume continues', () => {
  it('the newest that did not end well, whatever command it was', () => {
    const runs = [run('wizard', ['#370', 'cluster'], true), run('cluster destroy', ['cluster-destroy'])];
    expect(interruptedOf(runs)?.id).toBe('cluster destroy');
  });

  it('an interrupted walk, also after another command that ended well', () => {
    const runs = [run('wizard', ['#370', 'cluster']), run('credentials rotate', ['rotate-object-storage'], true)];
    expect(interruptedOf(runs)?.id).toBe('wizard');
  });

  it('none whose steps a later run has done: an earlier failure or verdict is replaced', () => {
    const runs = [
      run('wizard', ['#370', 'dod'], false),
      run('ticket run', ['#370'], true),
      run('verify dod', ['dod'], true),
    ];
    expect(interruptedOf(runs)).toBeUndefined();
  });

  it('not a handover that was walked back since, but one that was begun again', () => {
    const begun = run('handover finalize', ['handover-finalize']);
    const undone = run('handover abort', ['handover-abort'], true);
    expect(interruptedOf([begun, undone])).toBeUndefined();
    expect(interruptedOf([begun, run('handover abort', ['handover-abort'])])?.id).toBe('handover abort');
    expect(interruptedOf([undone, begun])?.id).toBe('handover finalize');
    expect(interruptedOf([run('wizard', ['handover-finalize', 'dod']), undone])?.id).toBe('wizard');
  });

  it('not a walk whose cluster was destroyed since: who destroys it does not build it again by resume', () => {
    const walk = run('wizard', ['cluster', '#376', 'dod']);
    const destroyed = run('cluster destroy', ['cluster-destroy'], true);
    expect(interruptedOf([walk, destroyed])).toBeUndefined();
    expect(interruptedOf([run('verify dod', ['dod-part']), destroyed])).toBeUndefined();
    expect(interruptedOf([destroyed, walk])?.id).toBe('wizard');
  });

  it('not a walk whose verdict a later one has replaced: what it proved itself counts', () => {
    const early = '2026-11-29T11:00:00Z';
    const runs = [run('wizard', ['#370', '#376', 'dod'], false), run('verify dod', ['dod'], true)];
    const proven = { '#370': early, '#376': '2026-11-29T12:00:30Z', dod: '2026-11-29T12:05:00Z' };
    expect(interruptedOf(runs, proven)).toBeUndefined();
    expect(interruptedOf(runs, proven, ['#376'])?.id).toBe('wizard');
    expect(interruptedOf(runs.slice(0, 1), { ...proven, dod: early })?.id).toBe('wizard');
    expect(interruptedOf([run('ticket run', ['#370'])], { '#370': early })?.id).toBe('ticket run');
  });

  it('none when everything ended well', () => {
    expect(interruptedOf([run('wizard', ['#370'], true)])).toBeUndefined();
    expect(interruptedOf([])).toBeUndefined();
  });
});

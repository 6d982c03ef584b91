import { describe, expect, it } from 'vitest';
import { interruptedRun } from '../../../../src/actions/session/interrupted-run.js';

const run = (id: string, steps: string[], ok?: boolean) => ({
  id,
  at: '2026-11-29T12:00:00Z',
  ...(ok === undefined ? {} : { ok, finishedAt: '2026-11-29T12:01:00Z' }),
  inputs: { command: id, steps },
});

describe('which run resume continues', () => {
  it('the newest that did not end well, whatever command it was', () => {
    const runs = [run('wizard', ['#370', 'cluster'], true), run('cluster destroy', ['cluster-destroy'])];
    expect(interruptedRun(runs)?.id).toBe('cluster destroy');
  });

  it('an interrupted walk, also after another command that ended well', () => {
    const runs = [run('wizard', ['#370', 'cluster']), run('credentials rotate', ['rotate-object-storage'], true)];
    expect(interruptedRun(runs)?.id).toBe('wizard');
  });

  it('none whose steps a later run has done: an earlier failure or verdict is replaced', () => {
    const runs = [
      run('wizard', ['#370', 'dod'], false),
      run('ticket run', ['#370'], true),
      run('verify dod', ['dod'], true),
    ];
    expect(interruptedRun(runs)).toBeUndefined();
  });

  it('not a handover that was walked back since, but one that was begun again', () => {
    const begun = run('handover finalize', ['handover-finalize']);
    const undone = run('handover abort', ['handover-abort'], true);
    expect(interruptedRun([begun, undone])).toBeUndefined();
    expect(interruptedRun([begun, run('handover abort', ['handover-abort'])])?.id).toBe('handover abort');
    expect(interruptedRun([undone, begun])?.id).toBe('handover finalize');
    expect(interruptedRun([run('wizard', ['handover-finalize', 'dod']), undone])?.id).toBe('wizard');
  });

  it('not a walk whose cluster was destroyed since: who destroys it does not build it again by resume', () => {
    const walk = run('wizard', ['cluster', '#376', 'dod']);
    const destroyed = run('cluster destroy', ['cluster-destroy'], true);
    expect(interruptedRun([walk, destroyed])).toBeUndefined();
    expect(interruptedRun([run('verify dod', ['dod-part']), destroyed])).toBeUndefined();
    expect(interruptedRun([destroyed, walk])?.id).toBe('wizard');
  });

  it('none when everything ended well', () => {
    expect(interruptedRun([run('wizard', ['#370'], true)])).toBeUndefined();
    expect(interruptedRun([])).toBeUndefined();
  });
});

/** What the live page shows of a run, in words and marks: what failed first, what is not done, what is left. */
import { describe, expect, it } from 'vitest';
import { sectionsOf } from '../../../../src/actions/watch/sections.js';
import type { WatchedStep, WatchState } from '../../../../src/actions/watch/watch-state.js';
import type { RecordedPart } from '../../../../src/engine/record/run-record.js';

const at = new Date('2026-11-22T10:00:00Z');
const now = new Date('2026-11-22T10:01:00Z');
const later = new Date('2026-11-22T10:30:00Z');
const step = (id: string, more: Partial<WatchedStep> = {}): WatchedStep => ({
  ...{ id, title: id, phase: 3, status: 'pending', parts: [], ...more },
});
const part = (id: string, more: Partial<RecordedPart> = {}) =>
  ({ group: 'item', id, state: 'pass', at, ...more }) as RecordedPart;
const shown = (state: Partial<WatchState>) =>
  sectionsOf(
    {
      fqdn: 'omantel.omani.works',
      steps: [],
      evidence: [],
      folder: '/s',
      journal: '/s/journal.jsonl',
      ...state,
    } as WatchState,
    now,
  );
const run = (more: object) => ({ command: 'wizard', state: 'running', startedAt: at, ...more }) as WatchState['run'];

describe('the head', () => {
  it('says that nothing has begun, and what is wrong with the journal', () => {
    const { head } = shown({ problem: 'the journal is damaged' });
    expect(head).toMatch(/NOTHING YET.*No run has begun yet\..*0 of 0 steps proven.*the journal is damaged/);
  });

  it('names the lab, the rehearsal and who began it, with what is left of a run', () => {
    const { head } = shown({
      ...{ lab: 'default', rehearses: 'omantel.omani.works', run: run({ by: 'ana@desk' }) },
      steps: [step('#376', { status: 'running', startedAt: at, expectedMs: 600_000 })],
    });
    expect(head).toMatch(/lab default · rehearsal of omantel\.omani\.works/);
    expect(head).toMatch(/RUNNING.*wizard, started at .* by ana@desk · for .*until about/);
  });

  it.each([
    [run({ state: 'done', ms: 61_000 }), 'PASS', /class="verdict pass".*PASS.* after 1m/],
    [run({ state: 'done' }), undefined, /DONE/],
    [run({ state: 'failed', ms: 5000 }), 'PASS', /class="verdict fail".*FAILED.* after 5/],
    [run({ state: 'interrupted' }), undefined, /class="verdict partial".*INTERRUPTED/],
  ])('tells how a run ended: %j', (ended, verdict, expected) => {
    expect(shown({ run: ended, ...(verdict ? { verdict } : {}) }).head).toMatch(expected);
  });

  it('shows no text of a run as markup', () => {
    expect(shown({ run: run({ command: '<script>', by: '<b>' }) }).head).not.toMatch(/<script>|<b>/);
  });
});

describe('what failed', () => {
  it('is nothing where nothing did', () => {
    expect(shown({ steps: [step('#376', { status: 'done', parts: [part('D1')] })] }).failures).toBe('');
  });

  it('is every step and item that is not done, with why', () => {
    const parts = [
      part('D1', { state: 'fail', title: 'releases', note: 'a drift' }),
      part('D2', { state: 'not-checked' }),
    ];
    const { failures } = shown({
      steps: [
        step('#376', { status: 'failed', note: 'timed out', parts }),
        step('#377', { status: 'interrupted' }),
        step('#378', { status: 'blocked' }),
        // Of a step that has not begun nothing counts.
        step('dod', { status: 'pending', parts: [part('D9', { state: 'fail' })] }),
      ],
    });
    for (const word of ['#376', 'timed out', '#377', '#378', 'D1 releases', 'a drift', 'D2 '])
      expect(failures).toContain(word);
    expect(failures).not.toContain('D9');
  });
});

describe('what runs', () => {
  it('is shown with what it waits for, and when it gives up', () => {
    const { running } = shown({
      steps: [
        step('#376', { status: 'running', startedAt: at, note: 'waiting: the release', deadline: later }),
        step('#377', { status: 'running' }),
      ],
    });
    expect(running).toContain('the release');
    expect(running).not.toContain('waiting: ');
    expect(running).toContain(`datetime="${later.toISOString()}"`);
    expect(shown({}).running).toBe('');
  });
});

describe('the experiment', () => {
  it('has its moments with what is left of the window, and red probes first', () => {
    const { window } = shown({
      steps: [
        step('dod', {
          status: 'running',
          parts: [
            part('kill', { group: 'moment', state: 'running', until: later, note: 'scaled to 0' }),
            part('undo', { group: 'moment' }),
            part('gitea', { group: 'probe' }),
            part('harbor', { group: 'probe', state: 'fail', note: 'status 503' }),
          ],
        }),
      ],
    });
    expect(window).toContain('<progress data-from="2026-11-22T10:00:00.000Z" max="1800"');
    expect(window).toContain('Probes: 1 of 2 green');
    expect(window.indexOf('harbor')).toBeLessThan(window.indexOf('gitea'));
    expect(window).toContain(': status 503');
  });

  it('has no table without a moment, no list without a probe, and is none without either', () => {
    const of = (group: 'moment' | 'probe') =>
      shown({ steps: [step('dod', { status: 'running', parts: [part('x', { group })] })] }).window;
    expect(of('probe')).not.toContain('<table');
    expect(of('moment')).not.toContain('Probes:');
    expect(shown({}).window).toBe('');
  });
});

describe('the phases', () => {
  const phase = (...steps: WatchedStep[]) => shown({ steps }).phases;
  it.each([
    ['failed', [step('a', { status: 'failed' }), step('b', { status: 'running' })]],
    ['running', [step('a', { status: 'running' }), step('b', { status: 'done' })]],
    ['done', [step('a', { status: 'done' })]],
    ['begun', [step('a', { status: 'done' }), step('b')]],
    ['to come', [step('a'), step('b', { status: 'parked' })]],
  ])('are %s by their steps', (state, steps) => expect(phase(...steps)).toContain(state));

  it('took the time between the first begin and the last end, once all are proven', () => {
    const done = (id: string, startedAt: Date, ms: number) => step(id, { status: 'done', startedAt, ms });
    expect(phase(done('a', at, 60_000), done('b', now, 60_000))).toContain('2m');
    expect(phase(done('a', at, 60_000), step('b'))).not.toContain('1m');
  });
});

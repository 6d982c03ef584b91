import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { rendererKind } from '../../../src/cli/renderers/choose.js';
import { drawFrame } from '../../../src/cli/renderers/frame.js';
import { createLinesRenderer, eventLine } from '../../../src/cli/renderers/lines.js';
import { createLiveRenderer } from '../../../src/cli/renderers/live.js';
import { emptyTree, foldEvent } from '../../../src/cli/renderers/tree-state.js';
import type { RunEvent, StepEvent } from '../../../src/phases/events.js';
import { fail } from '../../../src/support/errors.js';
import { createRedactor } from '../../../src/support/redact.js';

const at = new Date(2026, 10, 23, 14, 32, 10);
const steps = Array.from({ length: 30 }, (_, index) => ({
  id: `bp-${index}`,
  title: `Blueprint ${index}`,
  phase: index % 9,
}));
const event = (index: number, type: StepEvent['type'], more: Partial<StepEvent> = {}): RunEvent => ({
  type,
  at,
  step: steps[index]!,
  ...more,
});
const started: RunEvent = { type: 'run-started', at, runId: '7f3c00aa', planHash: '91ab0000', steps };
const paint = (text: string) => text;
const frame = (events: RunEvent[], columns = 100, rows = 24) =>
  drawFrame([started, ...events].reduce(foldEvent, emptyTree()), { columns, rows, now: at, tick: 0, paint });

describe('the renderer', () => {
  it.each([
    [{ json: true, verbose: true, ci: false, tty: true }, 'silent'],
    [{ json: false, verbose: false, ci: false, tty: true }, 'live'],
    [{ json: false, verbose: true, ci: false, tty: true }, 'lines'],
    [{ json: false, verbose: false, ci: true, tty: true }, 'lines'],
    [{ json: false, verbose: false, ci: false, tty: false }, 'lines'],
  ] as const)('for %j is %s', (circumstances, kind) => {
    expect(rendererKind(circumstances)).toBe(kind);
  });
});

describe('lines', () => {
  it('tell time, phase, step, event and reason', () => {
    expect(eventLine(event(2, 'waiting', { reason: 'Pod Pending', deadline: at }))).toBe(
      '14:32:10 2/bp-2 waiting for Pod Pending until 14:32:10',
    );
    expect(eventLine(event(2, 'done', { ms: 4000, summary: 'SOA agrees' }))).toBe(
      '14:32:10 2/bp-2 done 4s: SOA agrees',
    );
    expect(eventLine(event(2, 'failed', { ms: 10, error: fail('E4009', 'no\nway') }))).toBe(
      '14:32:10 2/bp-2 failed 10ms: no · way',
    );
  });

  it('hold no secret', () => {
    const stderr = new PassThrough();
    const redactor = createRedactor();
    redactor.register('hunter2-hunter2');
    createLinesRenderer({ stderr: stderr as never, redactor }).handle(
      event(1, 'output', { reason: 'hunter2-hunter2' }),
    );
    expect(String(stderr.read())).not.toContain('hunter2');
  });
});

describe('the live tree', () => {
  const running = steps.map((_, index) => event(index, 'started'));

  it.each([3, 5, 10, 14, 24, 60])('is never taller than a window of %i rows', (rows) => {
    for (const events of [
      [],
      running,
      [...running, ...steps.map((_, i) => event(i, 'done', { ms: 5, summary: 'x' }))],
    ]) {
      expect(frame(events, 80, rows).length).toBeLessThan(Math.max(rows, 2));
    }
  });

  it.each([20, 40, 80])('is never wider than %i columns', (columns) => {
    const long = running.map((one) => ({ ...one, type: 'waiting', reason: 'x'.repeat(300) }) as RunEvent);
    for (const line of frame([...running, ...long], columns, 60)) expect([...line].length).toBeLessThan(columns);
  });

  it('has a line a phase, the running one unfolded with what it waits for', () => {
    const lines = frame(
      [event(2, 'started'), event(2, 'waiting', { reason: 'Deployment 0/1', deadline: at })],
      100,
      60,
    );
    const shown = lines.join('\n');
    expect(lines.filter((line) => /^[ ❯✔✖] \d {2}/.test(line))).toHaveLength(9);
    expect(shown).toContain('❯ 2  Infrastructure');
    expect(shown).toMatch(/⠋ bp-2 .*waiting for Deployment 0\/1 {3}until 14:32:10/);
    expect(shown).not.toMatch(/ bp-3 /);
  });

  it('keeps a failure in sight and says how many it left out', () => {
    const shown = frame([...running, event(0, 'failed', { ms: 1, error: new Error('bucket is foreign') })], 100, 60);
    expect(shown.join('\n')).toMatch(/✖ bp-0 .*bucket is foreign/);
    expect(frame(running, 100, 16).join('\n')).toMatch(/… \d+ more/);
  });

  it('redraws in place, hides the cursor and gives it back', () => {
    const stderr = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
    let draw = () => {};
    const renderer = createLiveRenderer({
      stderr: stderr as never,
      redactor: createRedactor(),
      clock: { now: () => at, sleep: () => Promise.reject(new Error('nobody sleeps')) },
      color: false,
      every: (each) => {
        draw = each;
        return () => {};
      },
    });
    renderer.handle(started);
    const first = String(stderr.read());
    draw();
    const second = String(stderr.read());
    const height = first.split('\n').length - 1;
    expect(first.startsWith('\u001b[?25l')).toBe(true);
    expect(second).toContain(`\u001b[${height}A`);
    renderer.say('Stopping.');
    const [said, below] = String(stderr.read()).split('Stopping.\n');
    expect(said).toBe(`\u001b[${height}A\r\u001b[0J`);
    expect(below).toBe(first);
    draw();
    expect(String(stderr.read())).toContain(`\u001b[${height}A`);
    renderer.close();
    expect(String(stderr.read()).endsWith('\u001b[?25h')).toBe(true);
    renderer.close();
    expect(stderr.read()).toBeNull();
  });
});

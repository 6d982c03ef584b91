import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { rendererKind } from '../../../../src/cli/renderers/choose.js';
import { createLinesRenderer, eventLine } from '../../../../src/cli/renderers/lines.js';
import type { RunEvent, StepEvent } from '../../../../src/engine/events.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

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

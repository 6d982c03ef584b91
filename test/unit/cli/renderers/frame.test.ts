import { describe, expect, it } from 'vitest';
import { drawFrame, type PhaseLine } from '../../../../src/cli/renderers/frame.js';
import type { StepLine } from '../../../../src/cli/renderers/step-lines.js';

const at = new Date(2026, 10, 23, 14, 32, 10);
const header = { runId: '7f3c00aa', planHash: '91ab0000', startedAt: at, writes: 0 };
const paint = (text: string) => text;
const phasesOf = (line: (index: number) => Partial<StepLine>): PhaseLine[] =>
  Array.from({ length: 9 }, (_, id) => ({
    id,
    title: `Phase ${id}`,
    steps: [0, 1, 2].map((n) => ({ id: `bp-${id + 9 * n}`, status: 'pending' as const, ...line(id + 9 * n) })),
  }));
const frame = (phases: PhaseLine[], columns = 100, rows = 24) =>
  drawFrame(phases, { ...header, columns, rows, now: at, tick: 0, paint });

describe('the frame', () => {
  const long = 'x'.repeat(300);
  const worlds: [string, PhaseLine[]][] = [
    ['nothing began', phasesOf(() => ({}))],
    ['everything runs', phasesOf(() => ({ status: 'running', startedAt: at, note: long, deadline: at }))],
    ['everything is done', phasesOf(() => ({ status: 'done', startedAt: at, ms: 5, note: long }))],
    ['everything failed', phasesOf(() => ({ status: 'failed', startedAt: at, ms: 5, note: long }))],
  ];
  const sizes = [1, 3, 5, 9, 10, 14, 24, 60].flatMap((rows) =>
    [1, 20, 40, 80].map((columns) => [columns, rows] as const),
  );

  it.each(worlds)('fits every window when %s', (_, phases) => {
    for (const [columns, rows] of sizes) {
      const lines = frame(phases, columns, rows);
      expect(lines.length, `${columns}×${rows}`).toBeLessThan(Math.max(rows, 2));
      for (const line of lines) expect([...line].length, `${columns}×${rows}`).toBeLessThan(Math.max(columns, 2));
    }
  });

  it('unfolds only the running phase', () => {
    const lines = frame(
      phasesOf((index) =>
        index === 2 ? { status: 'running', startedAt: at, note: 'waiting: Deployment 0/1', deadline: at } : {},
      ),
      100,
      60,
    );
    expect(lines.filter((line) => /^[ ❯✔✖] \d {2}/.test(line))).toHaveLength(9);
    expect(lines.join('\n')).toMatch(/⠋ bp-2 .*waiting: Deployment 0\/1 {3}until 14:32:10/);
    expect(lines.join('\n')).not.toMatch(/ bp-3 /);
  });

  it('keeps a failure in sight and says how many it left out', () => {
    const phases = phasesOf((index) => ({
      status: index === 0 ? 'failed' : 'running',
      note: index === 0 ? 'bucket is foreign' : undefined,
    }));
    expect(frame(phases, 100, 60).join('\n')).toMatch(/✖ bp-0 .*bucket is foreign/);
    expect(frame(phases, 100, 16).join('\n')).toMatch(/… \d+ more/);
  });
});

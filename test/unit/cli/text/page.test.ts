import { describe, expect, it } from 'vitest';
import { type Block, layOut } from '../../../../src/cli/text/page.js';
import { paintIf, plain } from '../../../../src/cli/text/paint.js';

const look = (columns?: number) => ({
  columns,
  paint: plain,
  clean: (text: string) => text.replaceAll('hunter2', '•'),
});
const table = (cut?: boolean): Block => ({
  table: {
    head: ['TICKET', 'TITLE', 'EVIDENCE'],
    rows: [
      [
        '#376',
        'bp-gitea',
        'a commit on a hidden branch of the Gitea came back, and its webhook answered · commit bf2cdf888973',
      ],
      ['#383', 'bp-harbor on Hetzner Object Storage', { text: 'pending', tone: 'dim' }],
    ],
    cut,
  },
});

describe('a table', () => {
  it.each([40, 60, 80, 120, 200])('fits %i columns with a heading for each, broken between words', (columns) => {
    for (const cut of [true, false]) {
      const lines = layOut([table(cut)], look(columns)).split('\n');
      for (const line of lines) expect(line.length, line).toBeLessThan(columns);
      expect(lines[0]).toMatch(/^TICKET +TITLE +EVIDENCE$/);
      if (cut) expect(lines).toHaveLength(3);
      // A word is whole where its column has room for it.
      if (columns >= 60) expect(lines.join('\n')).toMatch(/pending/);
    }
  });

  it('is a list in a window that is narrower than its columns', () => {
    const text = layOut([table()], look(20));
    expect(text.split('\n')[0]).toBe('#376');
    expect(text).toContain('EVIDENCE: a');
  });

  it('is whole where no terminal reads it, and holds no secret, cut or not', () => {
    expect(layOut([table()], look()).split('\n')).toHaveLength(3);
    const secret: Block = { table: { head: ['A', 'B'], rows: [['x', `${'y'.repeat(24)}hunter2`]], cut: true } };
    expect(layOut([secret], look(30))).not.toMatch(/hun/);
  });
});

it('facts keep what is copied on one line, and go on below their value', () => {
  const path = `/state/${'x'.repeat(60)}/report.html`;
  const blocks: Block[] = [
    {
      facts: [
        ['report', { text: path, keep: true }],
        ['proven', 'one two three four five six seven eight nine'],
      ],
    },
  ];
  const lines = layOut(blocks, look(40)).split('\n');
  expect(lines.some((line) => line.includes(path))).toBe(true);
  expect(lines.slice(-2).map((line) => line.trim())).toEqual([
    'proven  one two three four five six',
    'seven eight nine',
  ]);
});

it('colors go to terminals that want them', () => {
  expect(paintIf(true)('✔', 'good')).toContain('\u001b[32m');
  expect(paintIf(false)('✔', 'good')).toBe('✔');
});

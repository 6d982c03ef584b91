/** A verdict claims a grade only where nothing is open and every window has tried it. */
import { describe, expect, it } from 'vitest';
import type { Finding, ScanResult } from '../../../../src/scans/scan.js';
import { statedGrade, statedText } from '../../../../src/verification/dod/grade.js';
import type { ItemStatus } from '../../../../src/verification/dod/item.js';

const finding = (grade: Finding['grade'], accepted?: string): Finding => ({
  ...{ id: `f ${grade}`, where: 'HelmRepository a/b', what: 'is fetched from there', breaks: '', remedy: '' },
  ...(grade ? { grade } : {}),
  ...(accepted ? { accepted } : {}),
});
const scan = (...findings: Finding[]): ScanResult => ({
  findings,
  looked: [{ place: 'p', how: 'h', ok: true, answer: 'looked' }],
});
const items = (d17: ItemStatus = 'pass', d22: ItemStatus = 'pass', evidence?: unknown) => [
  { id: 'D17', status: d17, reason: 'r17' },
  { id: 'D22', status: d22, reason: 'r22', evidence },
];

describe('the grade of a verdict', () => {
  it('is what the scan leaves possible and the windows tried', () => {
    expect(statedGrade(items(), scan(finding('L2'), finding('L3')))).toEqual({
      grade: 'L1',
      blockers: ['L2: HelmRepository a/b: is fetched from there'],
    });
    expect(statedGrade(items(), scan(finding('L1', 'for 90 days'), finding('L2')))).toMatchObject({ grade: 'L1' });
  });

  it('is no higher than what the egress window denied', () => {
    expect(statedGrade(items(), scan(finding('L3')))).toEqual({
      grade: 'L1',
      blockers: ['L2: D22 has not denied what it excludes'],
    });
    expect(statedGrade(items('pass', 'pass', { grade: 'L2' }), scan(finding('L3')))).toMatchObject({ grade: 'L2' });
    expect(statedGrade(items('pass', 'pass', { grade: 'L3' }), scan())).toEqual({ grade: 'L3', blockers: [] });
  });

  it.each([
    ['an open tether', items(), scan(finding('L1')), /^L1: HelmRepository/],
    ['no scan', items(), undefined, /not taken/],
    ['a window that failed', items('pass', 'fail'), scan(), /D22 is fail: r22/],
    ['a window that was left out', items().slice(0, 1), scan(), /D22 was not asked for/],
    [
      'a place that was not looked at',
      items(),
      { findings: [], looked: [{ place: 'p', how: '', ok: false, answer: 'forbidden', error: 'no' } as const] },
      /p was not looked at/,
    ],
  ])('is none with %s', (_what, given, seen, why) => {
    const stated = statedGrade(given, seen);
    expect(stated).toMatchObject({ grade: 'none', blockers: [expect.stringMatching(why)] });
    expect(statedText(stated)).toMatch(/^no grade proven; not L1/);
  });
});

/** A verdict claims a grade only where nothing is open and every window has tried it. */
import { describe, expect, it } from 'vitest';
import type { Grade } from '../../../../src/scans/grade.js';
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
const items = (d17: ItemStatus = 'pass', d22: ItemStatus = 'pass') => [
  { id: 'D17', status: d17, reason: 'r17' },
  { id: 'D22', status: d22, reason: 'r22' },
];
const proven = (grade?: Grade, ...why: string[]) => ({ ...(grade ? { grade } : {}), why });

describe('the grade of a verdict', () => {
  it('is what the scan leaves possible and the windows tried', () => {
    expect(statedGrade(items(), scan(finding('L2'), finding('L3')), proven('L1'))).toEqual({
      grade: 'L1',
      blockers: ['L2: HelmRepository a/b: is fetched from there'],
      accepted: [],
    });
    expect(statedGrade(items(), scan(finding('L1', 'for 90 days'), finding('L2')), proven('L1'))).toMatchObject({
      grade: 'L1',
      accepted: ['HelmRepository a/b: is fetched from there (for 90 days)'],
    });
  });

  it('is no higher than what the egress windows denied, and names what failed in the one above', () => {
    expect(statedGrade(items(), scan(finding('L3')), proven('L1'))).toMatchObject({
      grade: 'L1',
      blockers: ['L2: D22 has not denied what it excludes'],
    });
    expect(statedGrade(items(), scan(finding('L3')), proven('L1', 'a chart was not pulled'))).toMatchObject({
      grade: 'L1',
      blockers: ['L2: a chart was not pulled'],
    });
    expect(statedGrade(items(), scan(finding('L3')), proven('L2'))).toMatchObject({ grade: 'L2' });
    expect(statedGrade(items(), scan(), proven('L3'))).toMatchObject({ grade: 'L3', blockers: [] });
  });

  it('is that of the window below the one that the spec asks for, whose D22 fails', () => {
    const stated = statedGrade(items('pass', 'fail'), scan(), proven('L1', 'a chart was not pulled'));
    expect(stated).toMatchObject({ grade: 'L1', blockers: ['L2: a chart was not pulled'] });
  });

  it.each([
    ['an open tether', items(), scan(finding('L1')), proven('L1'), /^L1: HelmRepository/],
    ['no scan', items(), undefined, proven('L1'), /not taken/],
    ['a window that failed', items('pass', 'fail'), scan(), proven(), /D22 is fail: r22/],
    ['a window that was left out', items().slice(0, 1), scan(), proven(), /D22 was not asked for/],
    ['a kill that failed', items('fail'), scan(), proven('L1'), /D17 is fail: r17/],
    [
      'a place that was not looked at',
      items(),
      { findings: [], looked: [{ place: 'p', how: '', ok: false, answer: 'forbidden', error: 'no' } as const] },
      proven('L1'),
      /p was not looked at/,
    ],
  ])('is none with %s', (_what, given, seen, tried, why) => {
    const stated = statedGrade(given, seen, tried);
    expect(stated).toMatchObject({ grade: 'none', blockers: [expect.stringMatching(why)] });
    expect(statedText(stated)).toMatch(/^no grade proven; not L1/);
  });

  it('is told with what is accepted, and with what blocks the next one', () => {
    const stated = statedGrade(items(), scan(finding('L1', 'for 90 days'), finding('L2'), finding('L2')), proven('L1'));
    expect(statedText(stated)).toBe(
      'L1 with 1 accepted finding; not L2: HelmRepository a/b: is fetched from there and 1 more',
    );
  });
});

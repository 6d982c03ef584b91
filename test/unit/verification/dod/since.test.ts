import { expect, it } from 'vitest';
import type { DodReport } from '../../../../src/verification/dod/report.js';
import { changesSince } from '../../../../src/verification/dod/since.js';

const report = (verdict: string, items: Record<string, string>, digest: string, releases: string[]) =>
  ({
    ...{ verdict, finishedAt: '2026-11-22T10:05:00.000Z' },
    items: Object.entries(items).map(([id, status]) => ({
      ...{ id, status, reason: `${id} because` },
      evidence:
        id === 'D1' ? { releases: releases.map((release) => ({ release, version: '1.0.0', digest })) } : undefined,
    })),
  }) as unknown as DodReport;

it('a verdict says what is another since an earlier one: verdict, items, releases', () => {
  const before = report('PASS', { D1: 'pass', D3: 'pass', D14: 'pass' }, 'sha256:1', ['bp-gitea', 'bp-valkey']);
  const now = report('FAIL', { D1: 'pass', D14: 'fail', D15: 'pass' }, 'sha256:2', ['bp-gitea', 'bp-more']);
  expect(changesSince(before, now)).toEqual({
    at: '2026-11-22T10:05:00.000Z',
    changes: [
      { what: 'verdict', before: 'PASS', after: 'FAIL' },
      { what: 'D14', before: 'pass', after: 'fail: D14 because' },
      { what: 'bp-gitea', before: '1.0.0 sha256:1', after: '1.0.0 sha256:2' },
      { what: 'bp-more', before: 'not there', after: '1.0.0 sha256:2' },
      { what: 'bp-valkey', before: '1.0.0 sha256:1', after: 'gone' },
    ],
  });
});

it('nothing has changed since itself', () => {
  const same = report('PASS', { D1: 'pass' }, 'sha256:1', ['bp-gitea']);
  expect(changesSince(same, same).changes).toEqual([]);
});

/** `.ci/run` decides by what this script counts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'catalyst-reports-'));
afterAll(() => rmSync(folder, { recursive: true }));

type File = [name: string, status: 'passed' | 'failed', failedTests?: string[]];

function report(name: string, success: boolean, files: File[]): string {
  const testResults = files.map(([file, status, failed = []]) => ({
    name: resolve(file),
    status,
    message: 'its hook failed',
    assertionResults: failed.map((fullName) => ({ status, fullName })),
  }));
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ success, numPassedTests: 3, testResults }));
  return path;
}

function run(...args: string[]) {
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test-reports.mjs', ...args], { encoding: 'utf8' });
  return { status, lines: stdout.trim().split('\n') };
}

const failed = report('failed.json', false, [
  ['test/a.test.ts', 'failed', ['one', 'two']],
  ['test/b.test.ts', 'failed'],
  ['test/c.test.ts', 'passed'],
]);

test('the files that failed, by test or by hook', () => {
  expect(run('failed', failed).lines).toEqual(['test/a.test.ts', 'test/b.test.ts']);
});

test('what failed is named and counted', () => {
  expect(run('total', failed)).toEqual({
    status: 1,
    lines: [
      'FAILED: test/a.test.ts > one',
      'FAILED: test/a.test.ts > two',
      'FAILED: test/b.test.ts: its hook failed',
      '3 passed, 3 failed',
    ],
  });
});

test('what passes when run again is named; what does not still fails', () => {
  const again = report('again.json', false, [
    ['test/a.test.ts', 'passed', ['one', 'two']],
    ['test/b.test.ts', 'failed'],
  ]);
  expect(run('total', `${failed}=${again}`)).toEqual({
    status: 1,
    lines: [
      'PASSED ONLY WHEN RUN AGAIN: test/a.test.ts > one',
      'PASSED ONLY WHEN RUN AGAIN: test/a.test.ts > two',
      'FAILED: test/b.test.ts: its hook failed',
      '5 passed, 1 failed',
    ],
  });
});

test('a run that was cut off, or that failed beside its files, is a failure', () => {
  const beside = report('beside.json', false, [['test/c.test.ts', 'passed']]);
  expect(run('total', join(folder, 'none.json')).status).toBe(1);
  expect(run('total', beside).status).toBe(1);
  expect(run('total', `${beside}=${join(folder, 'none.json')}`).status).toBe(1);
  expect(run('total', report('passed.json', true, [['test/c.test.ts', 'passed']])).status).toBe(0);
});

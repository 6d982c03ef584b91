import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRunLog } from '../../../../src/cli/renderers/run-log.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

const at = new Date(2026, 10, 23, 14, 32, 10);
const step = { id: '#376', title: 'bp-gitea', phase: 3 };

it('is a private file with all that happened, also before there was a folder, and without secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-log-'));
  const redactor = createRedactor();
  redactor.register('hunter2-hunter2');
  const log = createRunLog(redactor);
  log.line('before the lock', at);
  expect(log.path()).toBeUndefined();
  log.open(folder, { runId: 'abc', at });
  log.event({ type: 'mutation', at, step, sentence: 'write hunter2-hunter2' });
  log.event({ type: 'failed', at, step, ms: 1, error: new Error('one; two; three') });
  const path = log.path()!;
  const text = readFileSync(path, 'utf8');
  expect(text.split('\n')[0]).toMatch(/before the lock$/);
  expect(text).toMatch(/#376 bp-gitea mutation: write /);
  expect(text).toContain('one; two; three');
  expect(text).not.toContain('hunter2');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});

it('is kept for the newest hundred runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-log-'));
  for (let run = 0; run < 103; run++)
    createRunLog(createRedactor()).open(folder, { runId: String(run), at: new Date(at.getTime() + run * 1000) });
  const logs = readdirSync(join(folder, 'logs')).sort();
  expect(logs).toHaveLength(100);
  expect(logs[0]).toMatch(/-3\.log$/);
  rmSync(folder, { recursive: true });
});

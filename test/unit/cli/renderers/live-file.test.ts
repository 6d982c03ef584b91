import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createLiveFile } from '../../../../src/cli/renderers/live-file.js';
import { openRecord, type RunRecord, record } from '../../../../src/engine/record/run-record.js';
import { readLiveRun } from '../../../../src/sovereign/state/live-run.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 14, 0, second));
const step = { id: '#376', title: 'bp-gitea', phase: 3 };
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => void rmSync(folder, { recursive: true })));

function rig() {
  const dir = mkdtempSync(join(tmpdir(), 'catalyst-live-'));
  folders.push(dir);
  const redactor = createRedactor();
  redactor.register('hunter2-hunter2');
  const time = { now: at(0), later: [] as (() => void)[] };
  const clock = { now: () => time.now, sleep: async () => undefined };
  const live = createLiveFile(redactor, clock, (work) => {
    time.later.push(work);
    return () => void time.later.splice(0);
  });
  return { dir, live, time };
}

const begun = (): RunRecord =>
  openRecord({ type: 'run-started', at: at(0), runId: 'r1', planHash: 'p', steps: [{ ...step, needs: ['#338'] }] });

it('has what the run shows, with dates, and no secrets, in a private file that is replaced as a whole', () => {
  const { dir, live } = rig();
  const run = begun();
  live.open(dir, '/logs/x.log');
  record(run, { type: 'started', at: at(1), step });
  record(run, { type: 'waiting', at: at(2), step, reason: 'for hunter2-hunter2', deadline: at(50) });
  const part = { group: 'moment', id: 'catalyst-api', state: 'running', until: at(40) } as const;
  record(run, { type: 'part', at: at(3), step, part });
  live.show(run);
  const read = readLiveRun(dir)!;
  expect(read).toMatchObject({ runId: 'r1', log: '/logs/x.log', startedAt: at(0) });
  expect(read.steps[0]).toMatchObject({ status: 'running', startedAt: at(1), deadline: at(50), needs: ['#338'] });
  expect(read.steps[0]!.parts).toEqual([{ ...part, at: at(3) }]);
  expect(readFileSync(join(dir, 'live.json'), 'utf8')).not.toContain('hunter2');
  expect(statSync(join(dir, 'live.json')).mode & 0o777).toBe(0o600);
  expect(readdirSync(dir)).toEqual(['live.json']);
});

it('is written at most four times a second, the newest last, and with the end of the run at once', () => {
  const { dir, live, time } = rig();
  const run = begun();
  live.open(dir);
  live.show(run);
  run.writes = 1;
  live.show(run);
  run.writes = 2;
  live.show(run);
  expect(readLiveRun(dir)!.writes).toBe(0);
  expect(time.later).toHaveLength(1);
  time.now = at(1);
  time.later.splice(0)[0]!();
  expect(readLiveRun(dir)!.writes).toBe(2);
  run.writes = 3;
  live.show(run);
  live.close();
  expect(readLiveRun(dir)!.writes).toBe(3);
  record(run, { type: 'run-finished', at: at(1), ok: true, ms: 1000 });
  live.show(run);
  expect(readLiveRun(dir)!.finished).toEqual({ ok: true, ms: 1000, interrupted: false });
  expect(time.later).toEqual([]);
});

it('forgets what an earlier run has shown, writes nothing before there is a folder, and never fails the run', () => {
  const { dir, live } = rig();
  writeFileSync(join(dir, 'live.json'), '{}');
  expect(readLiveRun(dir)).toBeUndefined();
  const run = begun();
  live.show(run);
  live.open(dir);
  expect(readdirSync(dir)).toEqual([]);
  rmSync(dir, { recursive: true });
  live.show(run);
  folders.length = 0;
});

it('of another version of catalyst, or cut, is none', () => {
  const { dir } = rig();
  for (const text of ['', '{', '[]', '{"runId":1}']) {
    writeFileSync(join(dir, 'live.json'), text);
    expect(readLiveRun(dir)).toBeUndefined();
  }
});

/**
 * Story: `catalyst watch` as a person starts it, in a browser, while another process (this one) works on the Sovereign. It needs no lab:
 * what it shows is what a run leaves on this machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Journal, openJournal } from '../../src/engine/journal.js';
import { openRecord, type RunRecord, record } from '../../src/engine/record/run-record.js';
import { writeLiveRun } from '../../src/sovereign/state/live-run.js';
import { type Lock, takeLock } from '../../src/sovereign/state/lock.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { phases, tickets } from '../../src/walk/wbs.js';
import { type Browser, findChromium, startChromium } from '../fakes/chromium.js';

const root = join(import.meta.dirname, '../..');
const chromium = findChromium();
if (!chromium)
  process.stderr.write('NOT RUN: the page in a browser, as there is no Chromium (apt-get install chromium)\n');

const steps = tickets.map(({ id, title, phase, dependsOn }) => ({ id, title, phase, needs: dependsOn }));
const gitea = steps.find(({ id }) => id === '#376')!;
let home: string;
let dir: string;
let lock: Lock;
let journal: Journal;
let shown: RunRecord;
let browser: Browser | undefined;
let watching: ChildProcess;
let address: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'catalyst-watch-story-'));
  dir = join(home, 'omantel.omani.works');
  mkdirSync(dir);
  const at = new Date();
  lock = takeLock(dir, { command: 'catalyst wizard', run: 'r1', by: 'ana@desk', now: at });
  journal = openJournal({
    ...{ path: join(dir, 'journal.jsonl'), runId: 'r1', by: 'ana@desk', clock: systemClock },
    ...{ redactor: createRedactor(), file: lock.journal },
  });
  journal.append({ kind: 'run-started', plan: 'p', inputs: { command: 'wizard', steps: steps.map(({ id }) => id) } });
  shown = openRecord({ type: 'run-started', at, runId: 'r1', planHash: 'p', steps });
  record(shown, { type: 'started', at, step: gitea });
  record(shown, {
    type: 'waiting',
    at,
    step: gitea,
    reason: `for ${'Deployment-gitea-with-a-long-name-'.repeat(6)} 0/1`,
  });
  for (const id of ['console', 'canary: catalyst-api through the mother', 'https://marketplace.openova.io/a/page'])
    record(shown, {
      type: 'part',
      at,
      step: gitea,
      part: { group: 'probe', id, state: id === 'console' ? 'pass' : 'fail' },
    });
  const until = new Date(at.getTime() + 300_000);
  record(shown, {
    type: 'part',
    at,
    step: gitea,
    part: { group: 'moment', id: 'catalyst-api', state: 'running', note: 'is down', until },
  });
  writeLiveRun(dir, shown);
  ({ watching, address } = await startWatching());
  if (chromium) browser = await startChromium(chromium);
});
afterAll(async () => {
  watching?.kill('SIGKILL');
  await browser?.close();
  lock?.release();
  rmSync(home, { recursive: true, force: true });
});

async function startWatching(more: readonly string[] = []): Promise<{ watching: ChildProcess; address: string }> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'bin/run.js'),
      'watch',
      '--no-open',
      '--spec',
      join(root, 'examples/omantel.yaml'),
      '--state-dir',
      home,
      ...more,
    ],
    { env: { ...process.env, XDG_CONFIG_HOME: join(home, 'config') }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  for await (const data of child.stdout!) {
    text += data;
    if (text.includes('\n')) break;
  }
  return { watching: child, address: text.trim() };
}

test('it prints an address on loopback, which is 403 without its token', async () => {
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  expect((await fetch(address)).status).toBe(200);
  expect((await fetch(new URL('/', address))).status).toBe(403);
  expect((await fetch(new URL('/events', address))).status).toBe(403);
});

test.skipIf(!chromium).each([
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
])('at $width pixels nothing is beside the window, nothing is asked elsewhere, and a change appears', async (size) => {
  const tab = await browser!.open(address, size);
  await tab.until(`document.getElementById('evidence').textContent.includes('journal.jsonl')`);
  expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(size.width);
  expect(await tab.evaluate('document.body.innerText')).toMatch(
    /RUNNING[\s\S]*#376 bp-gitea[\s\S]*is down[\s\S]*1 of 3 green/,
  );
  for (const { title } of phases.slice(0, 8)) expect(await tab.evaluate('document.body.innerText')).toContain(title);
  const proof = { summary: `a push arrived at ${size.width}`, facts: {} };
  record(shown, { type: 'output', at: new Date(), step: gitea, reason: proof.summary });
  writeLiveRun(dir, shown);
  await tab.until(`document.getElementById('running').textContent.includes('arrived at ${size.width}')`);
  expect(tab.asked.filter((url) => new URL(url).origin !== new URL(address).origin)).toEqual([]);
  expect(tab.complaints).toEqual([]);
});

test('a port in use is named, and ^C ends it like other commands that only read', async () => {
  const { port } = new URL(address);
  const second = spawn(
    process.execPath,
    [
      join(root, 'bin/run.js'),
      'watch',
      '--port',
      port,
      '--spec',
      join(root, 'examples/omantel.yaml'),
      '--state-dir',
      home,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  second.stderr.on('data', (data) => (said += data));
  expect(await new Promise((resolve) => second.once('close', resolve))).toBe(2);
  expect(said).toContain(`Port ${port} of 127.0.0.1 is in use by another program.`);
  const ended = new Promise((resolve) => watching.once('close', resolve));
  watching.kill('SIGINT');
  expect(await ended).toBe(130);
});

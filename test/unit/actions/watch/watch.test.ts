/** The page of a run that works in this state folder: what it serves, and how a change comes to who looks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/actions/session/context.js';
import { watchRun } from '../../../../src/actions/watch/watch.js';
import { type Journal, openJournal } from '../../../../src/engine/journal.js';
import { openRecord, type RunRecord, record } from '../../../../src/engine/record/run-record.js';
import { writeLiveRun } from '../../../../src/sovereign/state/live-run.js';
import { type Lock, takeLock } from '../../../../src/sovereign/state/lock.js';
import { systemClock } from '../../../../src/support/clock.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { omantel } from '../../../fakes/fake-world.js';

const fqdn = 'omantel.omani.works';
const root = join(import.meta.dirname, '../../../..');
const gitea = { id: '#376', title: 'bp-gitea', phase: 3 };
let folder: string;
let dir: string;
let stop: AbortController;
let serving: Promise<unknown> | undefined;
let runs: Run[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalyst-watch-'));
  dir = join(folder, fqdn);
  mkdirSync(dir);
  stop = new AbortController();
  runs = [];
  serving = undefined;
});
afterEach(async () => {
  stop.abort();
  await serving;
  for (const run of runs) run.end();
  rmSync(folder, { recursive: true });
});

interface Run {
  journal: Journal;
  shown: RunRecord;
  /** Keeps `live.json`, as the screen of that run does. */
  show(): void;
  end(): void;
}

/** A run in another process, as far as files show it; this very process holds its lease. */
function begin(name = fqdn, inputs: Record<string, unknown> = { command: 'wizard' }, steps = [gitea]): Run {
  const at = join(folder, name);
  mkdirSync(at, { recursive: true });
  const lock: Lock = takeLock(at, { command: 'catalyst wizard', run: 'r1', by: 'ana@desk', now: new Date() });
  const journal = openJournal({
    ...{ path: join(at, 'journal.jsonl'), runId: 'r1', by: 'ana@desk', clock: systemClock },
    ...{ redactor: createRedactor(), file: lock.journal },
  });
  journal.append({ kind: 'run-started', plan: 'p', inputs: { ...inputs, steps: steps.map(({ id }) => id) } });
  const shown = openRecord({ type: 'run-started', at: new Date(), runId: 'r1', planHash: 'p', steps });
  let held = true;
  const run: Run = {
    journal,
    shown,
    show: () => writeLiveRun(at, shown),
    end() {
      if (held) lock.release();
      held = false;
    },
  };
  runs.push(run);
  run.show();
  return run;
}

interface Page {
  address: string;
  /** Lets the page look once, as it does twice a second. */
  look(): Promise<void>;
}

async function open(options: Partial<Context['options']> = {}): Promise<Page> {
  const printed = Promise.withResolvers<string>();
  const sleeping: (() => void)[] = [];
  const slept = { next: Promise.withResolvers<void>() };
  const clock = {
    now: () => new Date(),
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        sleeping.push(resolve);
        slept.next.resolve();
      }),
  };
  const context = {
    clock,
    root,
    signal: stop.signal,
    options: { json: false, dryRun: false, ...options },
    spec: async () => ({ sovereign: omantel(), path: 'sovereign.yaml' }),
    stateDir: async () => dir,
    would: () => false,
    output: { print: printed.resolve, note: () => undefined },
  } as unknown as Context;
  serving = watchRun(context, { port: 0 });
  const address = await Promise.race([printed.promise, serving.then(() => 'ended')]);
  await slept.next.promise;
  return {
    address,
    async look() {
      slept.next = Promise.withResolvers();
      sleeping.splice(0).forEach((wake) => void wake());
      await slept.next.promise;
    },
  };
}

/** The newest HTML of each section, as a browser has it. */
async function follow(address: string) {
  const reader = (await fetch(`${address}events`)).body!.pipeThrough(new TextDecoderStream()).getReader();
  const shown: Record<string, string> = {};
  let text = '';
  return {
    shown,
    async until(is: () => boolean) {
      while (!is()) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`ended with ${JSON.stringify(shown)}`);
        text += value;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [event, data] = text.slice(0, end).split('\n');
          text = text.slice(end + 2);
          if (event !== 'event: section') continue;
          const { id, html } = JSON.parse(data!.slice('data: '.length)) as { id: string; html: string };
          shown[id] = html;
        }
      }
    },
  };
}

describe('the page of catalyst watch', () => {
  it('shows a run of another process: what runs and waits, the window, probes and items, what failed first', async () => {
    const run = begin();
    const at = new Date();
    record(run.shown, { type: 'started', at, step: gitea });
    record(run.shown, { type: 'waiting', at, step: gitea, reason: 'for <b>Deployment</b> gitea 0/1', deadline: at });
    const part = (given: object) => record(run.shown, { type: 'part', at, step: gitea, part: given as never });
    part({ group: 'moment', id: 'catalyst-api', state: 'running', note: 'is down on the mother', until: at });
    part({ group: 'probe', id: 'console', state: 'pass', note: '' });
    part({ group: 'probe', id: 'canary', state: 'fail', note: 'red' });
    part({ group: 'item', id: 'D4', title: 'DNS', state: 'pass', note: '' });
    part({ group: 'item', id: 'D17', title: 'kill', state: 'fail', note: 'console failed' });
    run.show();
    const page = await open({ lab: 'default' });
    const { shown, until } = await follow(page.address);
    await until(() => shown.evidence !== undefined);
    expect(shown.head).toMatch(
      /omantel\.omani\.works[\s\S]*lab default[\s\S]*RUNNING[\s\S]*wizard, started at .* by ana@desk/,
    );
    expect(shown.running).toContain('#376 bp-gitea');
    expect(shown.running).toContain('for &lt;b&gt;Deployment&lt;/b&gt; gitea 0/1');
    expect(shown.window).toMatch(
      /catalyst-api[\s\S]*is down on the mother[\s\S]*<progress [\s\S]*1 of 2 green[\s\S]*canary[\s\S]*console/,
    );
    expect(shown.failures).toMatch(/D17 kill[\s\S]*console failed/);
    expect(shown.items!.indexOf('D17')).toBeLessThan(shown.items!.indexOf('D4'));
    expect(shown.phases).toMatch(/Data \+ State[\s\S]*running[\s\S]*0 of \d/);
    expect(shown.graph).toMatch(/class="step running"><title>#376 bp-gitea: running/);
    expect(shown.evidence).toContain(join(dir, 'journal.jsonl'));
  });

  it('sends what has changed, and nothing else', async () => {
    const run = begin();
    const page = await open();
    const { shown, until } = await follow(page.address);
    await until(() => shown.evidence !== undefined);
    await page.look();
    for (const id of Object.keys(shown)) delete shown[id];
    record(run.shown, { type: 'started', at: new Date(), step: gitea });
    run.show();
    await page.look();
    await until(() => shown.graph !== undefined);
    expect(shown.running).toContain('bp-gitea');
    expect(shown.evidence).toBeUndefined();
    run.journal.append({ kind: 'step-started', step: gitea.id });
    const evidence = { summary: 'a push arrived', facts: {} };
    run.journal.append({ kind: 'proof', step: gitea.id, evidence });
    record(run.shown, { type: 'done', at: new Date(), step: gitea, ms: 5, summary: evidence.summary });
    run.show();
    await page.look();
    await until(() => shown.running === '');
    expect(shown.graph).toContain('#376 bp-gitea: done');
  });

  it('takes a run whose process has ended without a word for interrupted', async () => {
    const run = begin();
    record(run.shown, { type: 'started', at: new Date(), step: gitea });
    run.show();
    const page = await open();
    const { shown, until } = await follow(page.address);
    await until(() => shown.evidence !== undefined);
    expect(shown.head).toContain('RUNNING');
    run.end();
    await page.look();
    await until(() => shown.head!.includes('INTERRUPTED'));
    await until(() => shown.failures!.includes('#376 bp-gitea'));
  });

  it('shows the rehearsal while that runs, by its own name', async () => {
    begin('test.omani.works', { command: 'rehearse', of: fqdn });
    begin('other.omani.works', { command: 'rehearse', of: 'somebody.else' });
    const page = await open();
    const { shown, until } = await follow(page.address);
    await until(() => shown.evidence !== undefined);
    expect(shown.head).toMatch(/<h1>test\.omani\.works<[\s\S]*rehearsal of omantel\.omani\.works/);
  });

  it('links to the evidence: a report without scripts, bundles to keep, and no other file', async () => {
    begin();
    mkdirSync(join(dir, 'evidence'));
    writeFileSync(join(dir, 'evidence', 'dod-2026-11-23T14-00-00-000Z-pass.html'), '<p>report</p>');
    writeFileSync(join(dir, 'evidence', 'dod-2026-11-23T14-00-00-000Z-pass.tar'), 'bundle');
    mkdirSync(join(dir, 'evidence', 'folder.tar'));
    const { address } = await open();
    const { shown, until } = await follow(address);
    await until(() => shown.evidence !== undefined);
    const links = [...shown.evidence!.matchAll(/href="([^"]+)"/g)].map(([, href]) => href!);
    expect(links).toContain('evidence/dod-2026-11-23T14-00-00-000Z-pass.html');
    const report = await fetch(new URL(links.find((href) => href.endsWith('.html'))!, address));
    expect(await report.text()).toBe('<p>report</p>');
    expect(report.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; .*sandbox$/,
    );
    const bundle = await fetch(new URL(links.find((href) => href.endsWith('pass.tar'))!, address));
    expect(bundle.headers.get('content-disposition')).toMatch(/^attachment/);
    for (const other of ['evidence/folder.tar', 'evidence/..%2fjournal.jsonl', 'journal.jsonl', 'secrets.age'])
      expect((await fetch(new URL(other, address))).status).toBe(404);
  });

  it('loads its script and its style alone, and both from its own address', async () => {
    const { address } = await open();
    const page = await (await fetch(address)).text();
    const loaded = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(loaded.sort()).toEqual(['icon.svg', 'page.css', 'page.js']);
    for (const path of loaded) expect((await fetch(new URL(path, address))).status).toBe(200);
    expect(page).not.toMatch(/<script>|<style|style=|onload/);
    expect(await (await fetch(new URL('page.js', address))).text()).toContain("new EventSource('events')");
  });

  it('ends with the command, and has no JSON document', async () => {
    const { address } = await open();
    stop.abort();
    await expect(serving).resolves.toEqual({ address });
    await expect(fetch(address)).rejects.toThrow();
    await expect(open({ json: true })).rejects.toMatchObject({ code: 'E1001' });
    serving = undefined;
  });
});

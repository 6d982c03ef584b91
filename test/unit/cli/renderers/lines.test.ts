import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isCi, rendererKind } from '../../../../src/cli/renderers/choose.js';
import { githubSink } from '../../../../src/cli/renderers/github-log.js';
import { createLinesRenderer, eventLine, type LineSink } from '../../../../src/cli/renderers/lines.js';
import type { RunEvent, StepEvent } from '../../../../src/engine/events.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

const at = new Date(2026, 10, 23, 14, 32, 10);
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const steps = ['gitea', 'keycloak', 'harbor'].map((name, index) => ({
  id: `#37${index + 6}`,
  title: `bp-${name}`,
  phase: index === 2 ? 4 : 3,
}));
const event = (index: number, type: StepEvent['type'], more: Partial<StepEvent> = {}): RunEvent => ({
  type,
  at,
  step: steps[index]!,
  ...more,
});
const started: RunEvent = { type: 'run-started', at, runId: '7f3c00aa', planHash: '91ab00', steps };
const finished: RunEvent = { type: 'run-finished', at: later(41), ok: false, ms: 41_000 };

/** A log of these events; `now` is moved by whoever holds it, and `tick` is what a timer would call. */
function logOf(
  events: RunEvent[],
  more: { verbose?: boolean; dryRun?: boolean; sink?: (out: PassThrough) => LineSink } = {},
) {
  const stderr = new PassThrough();
  const time = { now: at };
  let tick = () => {};
  const renderer = createLinesRenderer(
    {
      stderr: stderr as never,
      redactor: createRedactor(),
      clock: { now: () => time.now, sleep: async () => undefined },
      color: false,
      every: (each) => {
        tick = each;
        return () => {};
      },
      ...more,
    },
    more.sink?.(stderr),
  );
  for (const one of events) renderer.handle(one);
  const text = () => String(stderr.read() ?? '');
  return { text, time, tick: () => tick(), renderer };
}

describe('the renderer', () => {
  const terminal = { isTTY: true, columns: 80, rows: 24 };
  it.each([
    ['a terminal', {}, terminal, 'live'],
    ['CI', { CI: 'true' }, terminal, 'lines'],
    ['CI=false, which is none', { CI: 'false' }, terminal, 'live'],
    ['CI=0, which is none', { CI: '0' }, terminal, 'live'],
    ['GitHub Actions', { CI: 'true', GITHUB_ACTIONS: 'true' }, { isTTY: false }, 'github'],
    ['a terminal that can draw nothing', { TERM: 'dumb' }, terminal, 'lines'],
    ['a terminal without columns', {}, { ...terminal, columns: 0 }, 'lines'],
    ['a terminal without rows', {}, { ...terminal, rows: 0 }, 'lines'],
    ['a pipe', {}, {}, 'lines'],
  ] as const)('for %s is %s', (_, env, stream, kind) => {
    expect(rendererKind({ json: false, verbose: false, env, terminal: stream })).toBe(kind);
    expect(rendererKind({ json: true, verbose: true, env, terminal: stream })).toBe('silent');
  });

  it('for --verbose is the log', () => {
    expect(rendererKind({ json: false, verbose: true, env: {}, terminal })).toBe('lines');
    expect(isCi({ CI: 'FALSE' })).toBe(false);
  });
});

describe('lines', () => {
  it('name a ticket with its title, and read as sentences', () => {
    expect(eventLine(event(0, 'waiting', { reason: 'Pod Pending', deadline: at }))).toBe(
      '14:32:10 3/#376 bp-gitea waiting: Pod Pending, until 14:32:10',
    );
    expect(eventLine(event(0, 'done', { ms: 4000, summary: 'SOA agrees' }))).toBe(
      '14:32:10 3/#376 bp-gitea ✔ done 4s: SOA agrees',
    );
    expect(eventLine(event(0, 'failed', { ms: 10, error: fail('E4009', 'no; way; out') }))).toBe(
      '14:32:10 3/#376 bp-gitea ✖ failed 10ms: no (and 2 more)',
    );
    expect(eventLine(event(0, 'mutation', { sentence: 'delete it' }), true)).toMatch(/would delete it$/);
    expect(eventLine({ ...finished, interrupted: true } as RunEvent)).toBe('14:32:51 run interrupted after 41s');
  });

  it('are one for each step and its outcome, between those of its phase; changes only with --verbose', () => {
    const events = [
      started,
      event(0, 'started'),
      event(0, 'mutation', { sentence: 'apply the folder' }),
      event(1, 'started'),
      event(0, 'done', { ms: 4000, summary: 'seen' }),
      event(1, 'failed', { ms: 5, error: new Error('no') }),
      event(2, 'blocked', { reason: '#376 failed' }),
      finished,
    ];
    const lines = logOf(events).text().trim().split('\n');
    expect(lines.map((line) => line.slice(9))).toEqual([
      'run 7f3c00aa started: 3 steps, plan 91ab00',
      'phase 3 Data + State: 2 steps',
      '3/#376 bp-gitea ✔ done 4s: seen',
      '3/#377 bp-keycloak ✖ failed 5ms: no',
      'phase 3 Data + State: 1 of 2 proven',
      'phase 4 Registry + IaC + Backup: 1 step',
      '4/#378 bp-harbor ⊘ not started: #376 failed',
      'phase 4 Registry + IaC + Backup: 0 of 1 proven',
      'run ended with failures after 41s',
    ]);
    expect(logOf(events, { verbose: true }).text()).toContain('mutation: apply the folder');
  });

  it('show a wait once it has lasted, and no other', () => {
    const { text, time, tick, renderer } = logOf([
      started,
      event(0, 'started'),
      event(0, 'waiting', { reason: 'a Pod' }),
    ]);
    tick();
    expect(text()).not.toContain('a Pod');
    time.now = later(11);
    tick();
    expect(text()).toContain('14:32:21 3/#376 bp-gitea waiting: a Pod');
    renderer.handle({ ...event(1, 'waiting', { reason: 'a Secret' }), at: time.now });
    renderer.handle(event(1, 'done', { ms: 3 }));
    time.now = later(30);
    tick();
    expect(text()).not.toContain('a Secret');
  });

  it('give an item the result that it has', () => {
    const part = (state: 'running' | 'fail', note = '') =>
      event(0, 'part', { part: { group: 'item', id: 'D17', title: 'killed', state, note } });
    const text = logOf([started, part('running'), part('fail', '12 of 13 probes failed')]).text();
    expect(text.match(/D17/g)).toHaveLength(1);
    expect(text).toContain('✖ D17 killed: 12 of 13 probes failed');
  });

  it('count probes that turn red, in one line until the next one of their step', () => {
    const probe = (id: string, note: string, state: 'fail' | 'pass' = 'fail') =>
      event(0, 'part', { part: { group: 'probe', id, state, note } });
    const flapping = Array.from({ length: 300 }, () => [probe('console', 'late'), probe('console', '', 'pass')]).flat();
    const others = ['api', 'dns', 'git', 'registry'].map((id) => probe(id, 'late'));
    const moment = event(0, 'part', { part: { group: 'moment', id: 'kill', state: 'running', note: 'is stopped' } });
    const events = [started, event(0, 'started'), ...flapping, ...others, probe('mail', 'refused'), moment];
    const lines = logOf([...events, event(0, 'done', { ms: 4000 })])
      .text()
      .trim()
      .split('\n');
    expect(lines.slice(2).map((line) => line.slice(9))).toEqual([
      '3/#376 bp-gitea probes that were red: late (console 300 times, api, dns and 2 more); refused (mail)',
      '3/#376 bp-gitea kill: is stopped',
      '3/#376 bp-gitea ✔ done 4s',
    ]);
  });

  it('show probes that turn red once a minute while nothing else happens', () => {
    const probe = event(0, 'part', { part: { group: 'probe', id: 'console', state: 'fail', note: 'late' } });
    const { text, time, tick } = logOf([started, event(0, 'started'), probe, probe]);
    tick();
    expect(text()).not.toContain('console');
    time.now = later(61);
    tick();
    expect(text()).toContain('14:33:11 3/#376 bp-gitea probes that were red: late (console 2 times)');
    time.now = later(200);
    tick();
    expect(text()).toBe('');
  });

  it('hold no secret', () => {
    const redactor = createRedactor();
    redactor.register('hunter2-hunter2');
    const stderr = new PassThrough();
    const tools = {
      stderr: stderr as never,
      redactor,
      clock: { now: () => at, sleep: async () => undefined },
      color: false,
    };
    const renderer = createLinesRenderer({ ...tools, verbose: true });
    renderer.handle(event(1, 'output', { reason: 'hunter2-hunter2' }));
    expect(String(stderr.read())).not.toContain('hunter2');
  });

  it('of GitHub Actions are in a group for each phase, also where phases overlap', () => {
    const { text, renderer } = logOf(
      [started, event(0, 'started'), event(2, 'started'), event(2, 'done', { ms: 1 }), event(0, 'done', { ms: 2 })],
      { sink: githubSink },
    );
    renderer.handle(event(1, 'done', { ms: 3 }));
    void renderer.close();
    const lines = text().trim().split('\n');
    const kinds = lines.map((line) => /^::(group|endgroup)::/.exec(line)?.[1] ?? /#\d+/.exec(line)?.[0] ?? 'line');
    expect(kinds).toEqual(['line', 'group', '#376', '#377', 'line', 'endgroup', 'group', '#378', 'line', 'endgroup']);
  });
});

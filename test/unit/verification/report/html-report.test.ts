import { describe, expect, it } from 'vitest';
import type { DodReport } from '../../../../src/verification/dod/report.js';
import { htmlReport, type ReportRequest } from '../../../../src/verification/report/html-report.js';
import { honestWindow } from '../../../fakes/egress-window.js';
import { omantel } from '../../../fakes/fake-world.js';

const at = '2026-11-22T10:00:00.000Z';
const item = (id: string, status: DodReport['items'][number]['status'], more = {}) => ({
  ...{
    id,
    title: `what ${id} is`,
    status,
    reason: `${id} saw a; and b`,
    at,
    repeat: `catalyst verify dod --only ${id}`,
  },
  ...more,
});
const from = Date.parse(at) + 60_000;
const egressWindow = { ...honestWindow(omantel()), window: { from, to: from + 60_000 } };
const report = {
  fqdn: 'omantel.omani.works',
  verdict: 'FAIL',
  complete: true,
  startedAt: at,
  finishedAt: '2026-11-22T10:12:00.000Z',
  lab: true,
  world: { kind: 'lab', id: 'x', name: 'default' },
  journalLines: 0,
  grade: 'L1',
  blockers: ['L2: 22 charts'],
  accepted: ['parent zone (90d)'],
  items: [
    item('D1', 'pass'),
    item('D4', 'pass'),
    item('D17', 'fail'),
    item('D20', 'not-checked'),
    item('D22', 'pass', { evidence: { windows: [egressWindow] } }),
    item('W5', 'fail', { follows: ['D17'], reason: 'follows from D17' }),
  ],
} as unknown as DodReport;
const request: ReportRequest = {
  report,
  steps: [{ id: '#376', title: 'bp-gitea', phase: 3, needs: [], done: true }],
  spans: [],
  tickets: [
    {
      id: '#376',
      title: 'bp-gitea',
      status: 'done',
      prs: [],
      evidence: 'a push arrived',
      sha: 'a'.repeat(40),
      digest: `sha256:${'b'.repeat(64)}`,
      at,
    },
    { id: '#317', title: 'Handover', status: 'pending', prs: [] },
  ],
  forced: [],
  keyId: 'k',
  planHash: 'p',
};
const page = await htmlReport(request);
const sections = [...page.matchAll(/<section id="([^"]+)">/g)].map(([, id]) => id);

describe('the HTML report', () => {
  it('has what failed first, with why and what to type, and then what was not checked', () => {
    expect(sections[0]).toBe('what-failed-or-was-not-checked');
    const first = page.slice(
      page.indexOf(`<section id="${sections[0]}"`),
      page.indexOf(`<section id="${sections[1]}"`),
    );
    expect(first).toMatch(
      /D17<\/a>[\s\S]*fail[\s\S]*D17 saw a; and b[\s\S]*verify dod --only D17[\s\S]*W5<\/a>[\s\S]*follows from <a href="#D17">[\s\S]*D20/,
    );
    expect(first).not.toContain('what D1 is');
  });

  it('leaves that section out where all passed', async () => {
    const passed = {
      ...report,
      verdict: 'PASS',
      items: report.items.map((one) => ({ ...one, status: 'pass' })),
    } as DodReport;
    expect(await htmlReport({ ...request, report: passed })).not.toContain('what-failed');
  });

  it('puts failed items first in each list, and links each section and each item that is named', () => {
    const list = page.slice(page.indexOf('<section id="definition-of-done"'));
    expect([...list.matchAll(/<span id="(D\d+)">/g)].map(([, id]) => id)).toEqual(['D17', 'D20', 'D1', 'D4', 'D22']);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(page, id).toContain(`id="${id}"`);
    expect(page).toMatch(/<nav[\s\S]*<main>[\s\S]*<\/main>/);
  });

  it('has the deployed commit and chart of each ticket beside what its proof saw, and no column that is empty', () => {
    expect(page).toMatch(
      /#376 bp-gitea[\s\S]*commit <code>a{12}<\/code><br>chart <code>sha256:b{12}<\/code>[\s\S]*a push arrived/,
    );
    expect(page).not.toContain('PR(s)');
  });

  it('shades the window of D22 in the bar of the verification, and lists what D4 looked at', () => {
    expect(page).toContain('egress denied at L1 (D22), 10:01:00 to 10:02:00');
    expect(page).toMatch(/<g class="block"[^>]*><rect height="16" width="27" y="0" x="40" /);
    expect(page).toMatch(/Phase 8 [\s\S]*>dod End-to-end run and Definition of Done</);
    expect(page).toMatch(/<ol><li>D4 saw a<\/li><li>and b<\/li><\/ol>/);
  });

  it('has the black start: what was off and back, in which order, and how far this world has it', async () => {
    const evidence = {
      ...{ engine: 'emulated', order: { waves: [['bp-cilium'], ['bp-openbao', 'bp-valkey']], cycles: [] } },
      off: { from: Date.parse(at) + 60_000, to: Date.parse(at) + 63_000, servers: { cp1: 'off' }, answered: [] },
      ...{ recoveredAt: Date.parse(at) + 75_000, nodes: { cp1: { before: 'a', after: 'b' } } },
      seal: { type: 'static', initialized: true, sealed: false },
    };
    const started = await htmlReport({ ...request, report: { ...report, items: [item('D23', 'pass', { evidence })] } });
    expect(started).toMatch(/cp1: off from <time>10:01:00<\/time> to <time>10:01:03<\/time> UTC; back at .* 12s later/);
    expect(started).toMatch(/bp-openbao, bp-valkey/);
    expect(started).toMatch(/servers off and on<\/td><td[^>]*>emulated/);
    expect(started).toMatch(/unsealed, seal static/);
    const leftOut = await htmlReport({ ...request, report: { ...report, items: [item('D23', 'left-out')] } });
    expect(leftOut).toMatch(/<section id="black-start">[\s\S]*left-out/);
    expect(leftOut).toMatch(/0 not checked · 1 left out/);
  });

  it('has the grade with its verdict, what blocks the next, what is accepted, and what the window tried', () => {
    expect(page).toContain('Independence: L1 with 1 accepted finding; not L2: 22 charts<br>');
    expect(page).toMatch(/<h2>Independence<\/h2>\s*<p>Proven: <strong>L1<\/strong>/);
    expect(page).toContain('<p>Accepted by the spec:</p><ul><li>parent zone (90d)</li></ul>');
    expect(page).toMatch(/connections of Pods<\/td><td [^>]*>tried in the window/);
    expect(page).toMatch(/images<\/td><td [^>]*>seen by scan only/);
    expect(page).toMatch(
      /console\.openova\.io \(must fail\)<\/td><td [^>]*>reached<\/td><td [^>]*>no address, not reached/,
    );
    expect(page).toMatch(/quay\.io \(192\.0\.2\.44\)<\/td><td [^>]*>source<\/td><td [^>]*>Pod a\/b/);
  });

  it('is the same on every machine: no time is local', async () => {
    const before = process.env.TZ;
    process.env.TZ = 'Asia/Muscat';
    expect(await htmlReport(request)).toBe(page);
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  it('says how it is checked, how long it took, and in which lab', () => {
    expect(page).toMatch(
      /This was the lab default[\s\S]*in 12m[\s\S]*catalyst verify evidence FILE --key evidence\.pub/,
    );
  });
});

describe('the scans in the report', () => {
  const finding = (n: number) => ({
    ...{ id: String(n), where: `Pod a/b${n}`, what: 'names x', breaks: 'its Pods', remedy: 'mirror it' },
  });
  const looked = (place: string, more = {}) => ({ place, how: 'list', ok: true, answer: 'looked' as const, ...more });
  const scan = {
    findings: [...Array.from({ length: 12 }, (_, n) => finding(n)), { ...finding(99), accepted: 'it stays' }],
    looked: [
      looked('Pods', { found: 13 }),
      ...Array.from({ length: 40 }, (_, n) => looked(`kind ${n}`)),
      looked('Secrets', { ok: false, answer: 'forbidden', error: 'no permission' }),
    ],
    unlooked: [{ place: 'files of the nodes', why: 'a lab has none' }],
  };

  it('say alike findings once, with where they are, and what could not be looked at', async () => {
    const shown = await htmlReport({ ...request, umbilical: scan });
    const part = shown.slice(shown.indexOf('<section id="references-to-the-mother"'));
    expect(part.match(/its Pods/g)).toHaveLength(2);
    expect(part).toMatch(
      /Pod a\/b0: names x<br>[\s\S]*Pod a\/b4: names x<br><span class="soft">and 7 more, in the bundle/,
    );
    expect(part).toContain('could not look: Secrets: no permission');
    expect(part).toContain('Findings by place: Pods (13)');
    expect(part).toMatch(/Nothing was found in 40 places: kind 0; .* and 30 more, in the bundle/);
    expect(part).toContain('Not looked at: files of the nodes (a lab has none)');
  });
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawGraph } from '../../../src/actions/graph.js';
import { evidenceCell, statusAsMarkdown, statusOf } from '../../../src/actions/status.js';
import { listPhases, listTickets } from '../../../src/actions/ticket/list.js';
import { setTicket } from '../../../src/actions/ticket/set.js';
import { timelineOf } from '../../../src/actions/timeline.js';
import { openJournal } from '../../../src/engine/journal.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { provenOfCluster } from '../../../src/walk/wbs.js';
import { clock } from '../engine/rig.js';

function journalIn(stateDir: string) {
  return openJournal({
    path: join(stateDir, 'journal.jsonl'),
    runId: 'r',
    by: 'me',
    clock,
    redactor: createRedactor(),
  });
}
const stateDirectory = () => mkdtempSync(join(tmpdir(), 'catalyst-tickets-'));

test('with no state the 22 tickets are pending; what the published WBS has is kept beside that', () => {
  const rows = listTickets(stateDirectory());
  expect(rows).toHaveLength(22);
  expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(['pending']));
  const published = Object.fromEntries(rows.map((row) => [row.id, row.published]));
  expect(published).toMatchObject({
    '#338': 'pending',
    '#370': 'parked',
    '#327': 'in flight, other session',
    '#319': 'pending',
  });
  expect(rows.find((row) => row.id === '#385')?.dependsOn).toEqual([
    '#338',
    'bp-cnpg',
    'bp-cert-manager',
    '#373',
    'bp-sealed-secrets',
    '#372',
    'bp-powerdns',
    '#374',
  ]);
});

test('without a Sovereign no status pretends that there is one', () => {
  expect(new Set(listTickets(undefined).map(({ status }) => status))).toEqual(new Set(['pending']));
  expect(statusOf(undefined)).toMatchObject({ rows: [], steps: [], total: 0, next: 'catalyst wizard' });
});

test('a step that runs again after its failure is in flight', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  journal.append({ kind: 'step-failed', step: '#376', inputs: { message: 'no Gitea' } });
  journal.append({ kind: 'step-started', step: '#376' });
  journal.close();
  expect(listTickets(stateDir).find(({ id }) => id === '#376')).toMatchObject({
    status: 'in flight',
    failure: undefined,
  });
});

test('what was proven of a cluster ends where that cluster is destroyed, a verdict too', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  for (const step of ['#370', 'cluster', '#376', 'dod']) {
    journal.append({ kind: 'step-started', step });
    journal.append({ kind: 'proof', step, evidence: { summary: 'seen', facts: { verdict: 'PASS' } } });
  }
  journal.append({ kind: 'step-started', step: '#383' });
  expect(statusOf(stateDir)).toMatchObject({ proven: 4, verdict: 'PASS' });
  journal.append({ kind: 'step-started', step: 'cluster-destroy', inputs: { voids: provenOfCluster } });
  journal.close();
  expect(statusOf(stateDir)).toMatchObject({ proven: 1, verdict: undefined });
  const { rows, steps } = statusOf(stateDir);
  expect([...rows, ...steps].filter(({ status }) => status === 'done').map(({ id }) => id)).toEqual(['#370']);
  expect(rows.find(({ id }) => id === '#383')?.status).toBe('pending');
});

test('done comes from a proof, is lost by a later failure, and hand-set fields stay beside it', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  const row = () => listTickets(stateDir).find((candidate) => candidate.id === '#376')!;
  journal.append({ kind: 'ticket-set', ticket: '#376', inputs: { prs: ['a/b#1'], status: 'pending' } });
  expect(row()).toMatchObject({ status: 'pending', prs: ['a/b#1'] });
  journal.append({ kind: 'step-started', step: '#376' });
  expect(row().status).toBe('in flight');
  journal.append({ kind: 'proof', step: '#376', evidence: { summary: 'pushed', sha: 'f'.repeat(40), facts: {} } });
  expect(row()).toMatchObject({ status: 'done', prs: ['a/b#1'] });
  expect(evidenceCell(row())).toContain('ffffffffffff');
  journal.append({ kind: 'step-failed', step: '#376', inputs: { message: 'no Gitea' } });
  expect(row()).toMatchObject({ status: 'failed', failure: 'no Gitea', evidence: undefined });
  journal.close();
});

test('a phase is done only when all of its steps are', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  for (const step of ['#370', '#371']) journal.append({ kind: 'proof', step, evidence: { summary: '', facts: {} } });
  journal.append({ kind: 'proof', step: 'cluster', evidence: { summary: '', facts: {} } });
  journal.close();
  const phases = listPhases(stateDir);
  expect(phases[0]).toMatchObject({ status: 'done', proven: 2, steps: 2 });
  expect(phases[1]).toMatchObject({ status: 'in flight', proven: 1, steps: 4 });
  expect(phases[8]).toMatchObject({ status: 'pending', needs: [0, 7] });
});

test('the markdown table has a row a ticket and escapes what would break it', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  journal.append({ kind: 'step-failed', step: '#370', inputs: { message: 'a | b\nc' } });
  journal.close();
  const lines = statusAsMarkdown(statusOf(stateDir)).split('\n');
  expect(lines).toHaveLength(24);
  expect(lines[2]).toBe('| #370 | failed |  | a \\| b c |');
});

test('every line of the seed’s graph is an edge or a phase gate', () => {
  const { nodes, edges } = drawGraph(undefined, 'json');
  const known = new Set(nodes.map((node) => node.id));
  expect(nodes).toHaveLength(31);
  for (const edge of edges) expect(known.has(edge.from) && known.has(edge.to), `${edge.from} → ${edge.to}`).toBe(true);
  for (const [from, to] of [
    ['#373', '#374'],
    ['#317', '#319'],
    ['#371', '#383'],
    ['#371', '#384'],
    ['#370', 'dod'],
    ['#378', '#327'],
    ['#316', '#331'],
  ]) {
    expect(edges).toContainEqual({ from, to });
  }
  expect(drawGraph(undefined, 'mermaid').text).toContain('P4 ==> P6');
  expect(drawGraph(undefined, 'dot').text.match(/->/g)).toHaveLength(edges.length);
});

test('the timeline’s critical path goes through the longer of the parallel phases', () => {
  const timeline = timelineOf();
  expect(timeline.criticalPath).toEqual([1, 2, 3, 4, 6, 7, 8]);
  expect(timeline.serialDays).toEqual([17, 26]);
  expect(timeline.parallelDays).toEqual([14, 22]);
});

test('after a FAIL the next command takes the verdict again; after an interrupt it goes on', () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  journal.append({ kind: 'run-started', inputs: { command: 'wizard', steps: ['#319', 'dod'] } });
  journal.append({ kind: 'step-started', step: '#319' });
  journal.append({ kind: 'proof', step: '#319', evidence: { summary: 'redirected', facts: {} } });
  journal.append({ kind: 'step-started', step: 'dod' });
  expect(statusOf(stateDir).next).toBe('catalyst resume');
  journal.append({ kind: 'step-failed', step: 'dod', inputs: { message: 'FAIL for x: 34 of 35 items pass' } });
  expect(statusOf(stateDir).next).toBe('catalyst resume');
  journal.append({ kind: 'run-finished', inputs: { ok: false } });
  expect(statusOf(stateDir).next).toBe('catalyst verify dod');
  journal.append({ kind: 'run-started', inputs: { command: 'wizard', steps: ['#376', 'dod'] } });
  journal.append({ kind: 'step-failed', step: '#376', inputs: { message: 'no Gitea' } });
  journal.append({ kind: 'run-finished', inputs: { ok: false } });
  expect(statusOf(stateDir).next).toBe('catalyst resume');
  journal.close();
});

test('a status set by hand is refused where the journal shows another; pull requests are kept', async () => {
  const stateDir = stateDirectory();
  const journal = journalIn(stateDir);
  journal.append({ kind: 'proof', step: '#338', evidence: { summary: 'bound', facts: {} } });
  const context = { stateDir: async () => stateDir, journal: async () => journal, would: () => false } as never;
  await expect(setTicket(context, '338', { status: 'parked' })).rejects.toMatchObject({
    code: 'E1001',
    message: expect.stringContaining('records runs of #338, so its status is done'),
  });
  expect(await setTicket(context, '338', { prs: ['o/r#1'] })).toMatchObject({ status: 'done', prs: ['o/r#1'] });
  expect(await setTicket(context, '372', { status: 'pending' })).toMatchObject({ status: 'pending' });
  journal.close();
});

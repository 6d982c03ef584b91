/** One self-contained HTML file without JavaScript: verdict first, then everything it rests on. Reads well on paper. */
import type { HandoverRecord } from '../../handover/record.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import type { DodReport } from '../dod/report.js';
import { type GraphStep, graphPlot } from './graph-plot.js';
import { latencyPlot } from './latency-plot.js';
import { badge, section, style, table, text } from './report-parts.js';
import { type Span, timelinePlot } from './timeline-plot.js';

export interface TicketLine {
  id: string;
  title: string;
  status: string;
  prs: readonly string[];
  evidence?: string;
  at?: string;
}

export interface ReportRequest {
  report: DodReport;
  steps: readonly GraphStep[];
  spans: readonly Span[];
  tickets: readonly TicketLine[];
  umbilical?: ScanResult;
  residue?: ScanResult;
  handover?: HandoverRecord;
  protectedSet?: { before?: Fingerprint; after?: Fingerprint };
  forced: readonly { at: string; reason: string; steps: readonly string[] }[];
  keyId: string;
  planHash: string;
}

const words: Record<string, string> = {
  PASS: 'Everything that the Definition of Done requires was checked and passed.',
  FAIL: 'At least one item failed.',
  INVALID: 'The experiment did not do what it claims; nothing follows from it.',
  PARTIAL: 'What was checked passed, but not everything could be checked. This is not a pass.',
};

export async function htmlReport(request: ReportRequest): Promise<string> {
  const { report } = request;
  const title = `${report.fqdn}: ${report.verdict}`;
  const parts = [
    head(request),
    section('Checklist', checklist(report)),
    section('Kill experiment', await experiment(report)),
    section('Steps and what they need', await graphPlot(request.steps)),
    section('Timeline', await timelinePlot(request.spans)),
    section('Tickets', tickets(request.tickets)),
    section('Handover', handover(request.handover)),
    section('Residue on the mother', scan(request.residue)),
    section('References to the mother', scan(request.umbilical)),
    section('Protected set', protectedSet(request)),
    section('How to repeat each check', repeat(report)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(title)}</title><style>${style}</style></head>
<body>
${parts.join('\n')}
</body></html>
`;
}

function head({ report, forced, keyId, planHash }: ReportRequest): string {
  const counts = (status: string) => report.items.filter((item) => item.status === status).length;
  const where = report.lab ? ' This was a lab, not a real Sovereign.' : '';
  const overruled = forced.map(
    (one) => `<p>${badge('open')} prerequisites overruled at ${text(one.at)}: ${text(one.reason)}</p>`,
  );
  return `<header><h1>Definition of Done: ${text(report.fqdn)}</h1>
<div class="verdict ${report.verdict.toLowerCase()}"><strong>${report.verdict}</strong><div>${text(words[report.verdict])}${where}<br>
<span class="soft">${counts('pass')} pass · ${counts('fail')} fail · ${counts('not-checked')} not checked · ${text(report.startedAt)} to ${text(report.finishedAt)}</span></div></div>
<p class="soft">plan <code>${text(planHash.slice(0, 16))}</code> · signed by key <code>${text(keyId)}</code></p>${overruled.join('')}</header>`;
}

function checklist({ items }: DodReport): string {
  const rows = items.map((item) => [
    text(item.id),
    text(item.title),
    badge(item.status),
    text(item.reason),
    text(item.at),
  ]);
  return table(['Item', 'What', 'Status', 'Why', 'Taken at'], rows);
}

async function experiment({ experiment: seen }: DodReport): Promise<string> {
  if (!seen) return '<p>It was not run.</p>';
  const { window, control, undo } = seen;
  const probes = table(
    ['Probe', 'Samples in the window', 'Failures', 'Longest outage', 'p50', 'p95', 'max'],
    seen.probes.map((probe) => [
      text(probe.name),
      String(probe.samples),
      probe.class === 'control' ? `${probe.failures} (must fail)` : String(probe.failures),
      `${probe.longestOutageMs} ms`,
      `${probe.p50} ms`,
      `${probe.p95} ms`,
      `${probe.max} ms`,
    ]),
  );
  const exercises = table(
    ['Exercise in the window', 'Class', 'Result', 'Took', 'Seen'],
    seen.exercises.map((one) => [
      text(one.name),
      text(one.class),
      badge(one.ok ? 'pass' : 'fail'),
      `${((one.to - one.from) / 1000).toFixed(1)} s`,
      text(one.reason),
    ]),
  );
  const left = seen.notExercised.map((one) => `${text(one.class)} (${text(one.reason)})`).join('; ');
  const problems = seen.problems.map((problem) => `<li>${text(problem)}</li>`).join('');
  return `<p>Window asked for: ${window.requestedMs / 1000} s, counted from the moment the canary turned red${seen.lab ? ' (a lab; a real Sovereign takes 300 s)' : ''}. The canary <code>${text(control.url)}</code> ${control.turnedRed ? `was red for ${(control.redMs / 1000).toFixed(1)} s` : 'never turned red'}. The undo was armed on the mother as Job <code>${text(undo.job)}</code>.</p>
${await latencyPlot(seen)}
${probes}
${exercises}
<p>Not exercised: ${left || 'nothing'}.</p>${problems ? `<ul>${problems}</ul>` : ''}`;
}

function tickets(rows: readonly TicketLine[]): string {
  return table(
    ['Ticket', 'What', 'Status', 'PR(s)', 'Deployed-SHA evidence'],
    rows.map((row) => [
      text(row.id),
      text(row.title),
      badge(row.status),
      text(row.prs.join(', ')),
      `${text(row.evidence)}${row.at ? ` <span class="soft">${text(row.at)}</span>` : ''}`,
    ]),
  );
}

function handover(record: HandoverRecord | undefined): string {
  if (!record) return '<p>No handover has taken place.</p>';
  const states = table(
    ['State', 'Reached at'],
    record.history.map(({ state, at }) => [text(state), text(at)]),
  );
  const items = table(
    ['Item', 'Fate', 'Before', 'After', 'Why it stays'],
    record.items.map((item) => [
      text(item.what),
      text(item.fate),
      `<code>${text(item.before?.slice(0, 12))}</code>`,
      `<code>${text(item.after?.slice(0, 12))}</code>`,
      text(item.reason),
    ]),
  );
  const refusals = table(
    ['Old credential', 'Answer when tried', 'Details', 'At'],
    record.refusals.map((one) => [text(one.what), text(one.answer), text(one.why ?? ''), text(one.at)]),
  );
  return `<p>Point of no return: ${text(record.pointOfNoReturnAt ?? 'not passed')}. Revision read from the Sovereign's Gitea: <code>${text(record.revision)}</code>.</p>${states}${items}${refusals}`;
}

function scan(result: ScanResult | undefined): string {
  if (!result) return '<p>Not scanned in this verification.</p>';
  const findings = table(
    ['Where', 'What', 'What it would break', 'Remedy', 'Kept because'],
    result.findings.map((one) => [
      text(one.where),
      text(one.what),
      text(one.breaks),
      text(one.remedy),
      one.accepted ? text(one.accepted) : badge('open'),
    ]),
  );
  const looked = table(
    ['Place', 'How', 'Looked', 'Found'],
    result.looked.map((one) => [
      text(one.place),
      text(one.how),
      one.ok ? badge('ok') : `${badge('fail')} ${text(one.error)}`,
      String(one.found ?? ''),
    ]),
  );
  return `${result.findings.length > 0 ? findings : '<p>No findings.</p>'}${looked}`;
}

function protectedSet({ protectedSet: seen }: ReportRequest): string {
  if (!seen?.after) return '<p>Not fingerprinted in this verification.</p>';
  const before = new Map(seen.before?.pages.map((page) => [page.url, page]));
  const rows = seen.after.pages.map((page) => [
    text(page.url),
    String(page.status),
    `<code>${text(before.get(page.url)?.bodyHash ?? '–')}</code>`,
    `<code>${text(page.bodyHash)}</code>`,
  ]);
  return `<p>${seen.after.objects.length} objects, before at ${text(seen.before?.at ?? 'not taken')}, after at ${text(seen.after.at)}.</p>${table(['Page', 'Status', 'Body before', 'Body after'], rows)}`;
}

function repeat({ items }: DodReport): string {
  return table(
    ['Item', 'Command'],
    items.map((item) => [text(item.id), `<code>${text(item.repeat)}</code>`]),
  );
}

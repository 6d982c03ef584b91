/** One self-contained HTML file without JavaScript: verdict first, then what failed, then everything it rests on. Reads well on paper and on a phone. */
import type { HandoverRecord } from '../../handover/record.js';
import type { SinglePoint } from '../../kubernetes/single-points.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import { phases, unticketed } from '../../walk/wbs.js';
import { statedText } from '../dod/grade.js';
import type { DodReport } from '../dod/report.js';
import { blackStartPart, blackStartShade } from './black-start-section.js';
import { dnsChain, itemSections, openItems, repeats } from './checklist-sections.js';
import { embedded } from './embedded-data.js';
import { experimentPart } from './experiment-section.js';
import { independencePart } from './independence-section.js';
import { openPlotter } from './plotter.js';
import { badge, code, section, style, table, text } from './report-parts.js';
import { type GraphStep, stepGraph } from './step-graph.js';
import { type Shade, type Span, timeline } from './timeline.js';
import { handoverPart, protectedPart, scanPart, type TicketLine, ticketTable } from './world-sections.js';

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
const titles = new Map(phases.map(({ id, title }) => [id, title]));

/** The same data gives the same bytes, on every machine. */
export async function htmlReport(request: ReportRequest): Promise<string> {
  const { report, spans } = request;
  const steps = withDod(request);
  const plotter = await openPlotter();
  const parts = [
    openItems(report),
    itemSections(report),
    section('Kill experiment', experimentPart(plotter, report)),
    section('Black start', blackStartPart(report)),
    section('Independence', independencePart(report)),
    section('DNS chain', dnsChain(report)),
    section(
      'Timeline',
      timeline(plotter, { spans: [...spans, ...spanOfDod(request)], steps, shades: shadesOf(report), titles }),
    ),
    section('Steps and what they need', stepGraph(steps, titles)),
    section('Tickets', ticketTable(request.tickets)),
    section('What ends with one node', single(report)),
    section('Handover', handoverPart(request.handover)),
    section('Residue on the mother', scanPart(request.residue)),
    section('References to the mother', scanPart(request.umbilical)),
    section('Protected set', protectedPart(request.protectedSet)),
    section('How to repeat each check', repeats(report)),
  ].join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(`${report.fqdn}: ${report.verdict}`)}</title>
${embedded(report)}
<style>${style}</style></head>
<body>
${head(request, workOf(spans))}
${contents(parts)}
<main>
${parts}
</main>
</body></html>
`;
}

function head({ report, forced, keyId, planHash }: ReportRequest, work: number): string {
  const counts = (status: string) => report.items.filter((item) => item.status === status).length;
  const { world, startedAt, finishedAt } = report;
  const where = world.kind === 'lab' ? ` This was the lab ${text(world.name)}, not a real Sovereign.` : '';
  const overruled = forced.map(
    (one) => `<p>${badge('open')} prerequisites overruled at ${text(one.at)}: ${text(one.reason)}</p>`,
  );
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt));
  const walked = work > 0 ? ` · the steps of the walk took ${formatDuration(work)}` : '';
  const check = command('verify evidence', 'FILE', { key: 'evidence.pub' });
  return `<header><h1>Definition of Done: ${text(report.fqdn)}</h1>
<div class="verdict ${report.verdict.toLowerCase()}"><strong>${report.verdict}</strong><div>${text(words[report.verdict])}${where}<br>
${gradeLine(report)}<span class="soft">${counts('pass')} pass · ${counts('fail')} fail · ${counts('not-checked')} not checked${counts('left-out') > 0 ? ` · ${counts('left-out')} left out` : ''}</span></div></div>
<p class="soft">Verified from ${text(startedAt)} to ${text(finishedAt)}, in ${took}${walked} · plan ${code(planHash.slice(0, 16))} · signed by key ${code(keyId)}. Anybody can check it offline: ${code(check)}, where FILE is the bundle beside this page.</p>${overruled.join('')}</header>`;
}

const gradeLine = ({ grade, blockers = [], accepted }: DodReport) =>
  grade === undefined ? '' : `Independence: ${text(statedText({ grade, blockers, accepted }))}<br>\n`;

/** Of the steps, each once: what ran at the same time counts as often. */
const workOf = (spans: readonly Span[]) => spans.reduce((sum, { from, to }) => sum + to - from, 0);

function contents(parts: string): string {
  const links = [...parts.matchAll(/<section id="([^"]+)"><h2>([^<]+)<\/h2>/g)].map(
    ([, id, title]) => `<a href="#${id}">${title}</a>`,
  );
  return `<nav aria-label="Contents">${links.join(' · ')}</nav>`;
}

/** A page of more than the state that a rehearsal ended in. */
const isWhole = ({ items }: DodReport) => items.length > 1;

/** The verification is no step of the walk that it verifies. */
function withDod({ report, steps }: ReportRequest): GraphStep[] {
  if (!isWhole(report) || steps.some(({ id }) => id === 'dod')) return [...steps];
  const { title, phase, needs } = unticketed.find(({ id }) => id === 'dod')!;
  return [...steps, { id: 'dod', title, phase, needs, done: report.verdict === 'PASS' }];
}

/** It has not ended in the journal when its page is made. */
function spanOfDod({ report, spans }: ReportRequest): Span[] {
  if (!isWhole(report) || spans.some(({ label }) => label === 'dod')) return [];
  const [from, to] = [Date.parse(report.startedAt), Date.parse(report.finishedAt)];
  return [{ label: 'dod', from, to, ok: report.verdict === 'PASS' }];
}

function shadesOf({ experiment, items }: DodReport): Shade[] {
  const shades: Shade[] = [];
  if (experiment && experiment.window.undoAt > experiment.window.faultAt) {
    const start = Date.parse(experiment.startedAt);
    const { faultAt, undoAt } = experiment.window;
    shades.push({ label: 'catalyst-api stopped (D17)', cls: 'fault', from: start + faultAt, to: start + undoAt });
  }
  const seen = items.find(({ id }) => id === 'D22')?.evidence as
    | { windows?: { grade?: unknown; window?: { from?: unknown; to?: unknown } }[] }
    | undefined;
  for (const { grade, window: { from, to } = {} } of seen?.windows ?? [])
    if (typeof from === 'number' && typeof to === 'number' && from < to)
      shades.push({ label: `egress denied at ${String(grade)} (D22)`, cls: 'block', from, to });
  const start = blackStartShade(items);
  return start ? [...shades, start] : shades;
}

/** As D1 saw it in the cluster. */
function single({ items }: DodReport): string {
  const evidence = items.find(({ id }) => id === 'D1')?.evidence as { single?: SinglePoint[] } | undefined;
  if (evidence?.single === undefined) return '<p>D1 was not checked.</p>';
  const reasons = [...new Set(evidence.single.map(({ why }) => why))].sort();
  const rows = reasons.map((why) => {
    const own = evidence.single!.filter((one) => one.why === why).map(({ what }) => text(what));
    return [text(why), own.sort().join(', ')];
  });
  return rows.length > 0 ? table(['Why', 'What'], rows, 'items') : '<p>Nothing.</p>';
}

/** Puts a verification into a signed bundle and an HTML report, both under <state-dir>/<fqdn>/evidence. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalEntry, parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { writeBundle } from '../../evidence/bundle.js';
import { openSigner } from '../../evidence/signing.js';
import type { HandoverRecord } from '../../handover/record.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { tickets } from '../../walk/wbs.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { htmlReport, type ReportRequest } from '../report/html-report.js';
import type { Span } from '../report/timeline-plot.js';
import type { DodReport } from './report.js';

export interface EvidenceRequest {
  report: DodReport;
  steps: readonly Step[];
  handover?: HandoverRecord;
  umbilical?: ScanResult;
  residue?: ScanResult;
  before?: Fingerprint;
  after?: Fingerprint;
}

export interface WrittenEvidence {
  /** Paths of the tar, the HTML file and the public key. */
  bundle: string;
  report: string;
  key: string;
}

/** The journal as it is now, whole lines only; empty when there is none. */
export function journalText(stateDir: string): string {
  const path = join(stateDir, 'journal.jsonl');
  if (!existsSync(path)) return '';
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

export async function writeEvidence(world: World, request: EvidenceRequest): Promise<WrittenEvidence> {
  const { report, steps } = request;
  const signer = await openSigner(world.credentials);
  const journal = journalText(world.stateDir);
  const { entries } = parseJournal(journal, 'journal.jsonl');
  const state = foldJournal(entries);
  const planHash = state.runs.findLast((run) => run.plan)?.plan ?? '';
  const tree = await world.tree();
  const { redactor } = world;
  const clean = (value: unknown) => `${JSON.stringify(redactor.clean(value), null, 2)}\n`;
  const html = await htmlReport(
    redactor.clean({
      report,
      steps: steps.map((step) => ({
        id: step.id,
        title: step.title,
        phase: step.phase,
        needs: step.needs,
        done: step.phase === 8 ? report.verdict === 'PASS' : state.proofs.has(step.id),
      })),
      spans: spansOf(entries),
      tickets: ticketLines(state),
      umbilical: request.umbilical,
      residue: request.residue,
      handover: request.handover,
      protectedSet: { before: request.before, after: request.after },
      forced: state.forced,
      keyId: signer.keyId,
      planHash,
    }),
  );
  const folder = join(world.stateDir, 'evidence');
  const stem = `dod-${report.finishedAt.replaceAll(/[:.]/g, '-')}-${report.verdict.toLowerCase()}`;
  const paths = {
    bundle: join(folder, `${stem}.tar`),
    report: join(folder, `${stem}.html`),
    key: join(folder, 'evidence.pub'),
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(paths.report, html, { mode: 0o600 });
    writeFileSync(paths.key, signer.publicKey, { mode: 0o600 });
  } catch (error) {
    throw fail('E1201', `The evidence cannot be written to ${folder}: ${messageOf(error)}.`, { cause: error });
  }
  await writeBundle({
    file: paths.bundle,
    signer,
    predicate: {
      fqdn: report.fqdn,
      verdict: report.verdict,
      at: report.finishedAt,
      runId: world.runId,
      planHash,
      lab: report.lab,
      world: report.world,
      windowMs: report.experiment?.window.requestedMs,
    },
    files: {
      'dod.json': clean(report),
      'journal.jsonl': journal,
      'spec.json': clean(world.sovereign),
      'plan.json': clean({ planHash, tree: tree.hash, revision: request.handover?.revision }),
      'tools.json': clean({ node: process.version, blueprints: pins(world) }),
      'protected.json': clean({ before: request.before, after: request.after }),
      'scans.json': clean({ umbilical: request.umbilical, residue: request.residue }),
      'handover.json': clean(request.handover ?? {}),
      'report.html': html,
    },
  });
  return paths;
}

const pins = (world: World) =>
  world.blueprints.map(({ name, chart }) => ({
    name,
    chart: chart.name,
    version: chart.version,
    digest: chart.digest,
  }));

function ticketLines(state: ReturnType<typeof foldJournal>): ReportRequest['tickets'] {
  return tickets.map(({ id, title, initial }) => {
    const proof = state.proofs.get(id);
    const byHand = state.tickets.get(id);
    const { sha, digest, summary } = proof?.evidence ?? {};
    return {
      id,
      title,
      status: proof ? 'done' : state.failures.has(id) ? 'failed' : (byHand?.status ?? initial.status),
      prs: byHand?.prs ?? [],
      evidence: sha?.slice(0, 12) ?? digest?.slice(0, 19) ?? summary,
      at: proof?.at,
    };
  });
}

/** The newest walk through each step, from its start to its end. */
function spansOf(entries: readonly JournalEntry[]): Span[] {
  const open = new Map<string, number>();
  const spans = new Map<string, Span>();
  for (const { kind, step, at } of entries) {
    if (!step) continue;
    if (kind === 'step-started') open.set(step, Date.parse(at));
    const from = open.get(step);
    if (from === undefined || (kind !== 'proof' && kind !== 'step-failed')) continue;
    spans.set(step, { label: step, from, to: Date.parse(at), ok: kind === 'proof' });
    open.delete(step);
  }
  return [...spans.values()].sort((a, b) => a.from - b.from);
}

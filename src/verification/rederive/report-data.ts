/** What the HTML report shows, from the raw data of a bundle alone: whoever verifies it renders the same page again. Pure. */
import type { JournalEntry } from '../../engine/journal-entry.js';
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import { tickets } from '../../walk/wbs.js';
import { rehearsalSteps } from '../rehearsal/cycle.js';
import { embeddedIn, embeddedText } from '../report/embedded-data.js';
import { htmlReport, type ReportRequest } from '../report/html-report.js';
import type { Span } from '../report/timeline.js';
import type { RawBundle } from './raw-bundle.js';

/** @param keyId of the key that signs the bundle */
export function renderReport(raw: RawBundle, keyId: string): Promise<string> {
  const { report, journal, entries, steps, umbilical, residue, before, after, planHash, handover } = raw;
  const { proofs } = beforeTheWipe(entries);
  return htmlReport({
    report,
    steps: steps.map(({ id, title, phase, needs }) => ({
      ...{ id, title, phase, needs },
      done: phase === 8 ? report.verdict === 'PASS' : proofs.has(id),
    })),
    spans: spansOf(entries),
    tickets: ticketLines(journal),
    umbilical,
    residue,
    handover,
    protectedSet: { before, after },
    forced: journal.forced,
    keyId,
    planHash,
  });
}

/**
 * Why the page of a bundle does not show what the bundle has, a clause; undefined where it does. Another version draws other pages, so
 * of its page the data that is embedded in it counts.
 */
export async function pageDiffers(
  raw: RawBundle,
  { html, keyId, sameVersion }: { html: string | undefined; keyId: string; sameVersion: boolean },
): Promise<string | undefined> {
  if (html === undefined) return 'it has no report.html';
  if (sameVersion)
    return html === (await renderReport(raw, keyId))
      ? undefined
      : 'its report.html does not show what is in the bundle';
  return embeddedIn(html) === embeddedText(raw.report)
    ? undefined
    : 'the data in its report.html is not that of the bundle';
}

/** A rehearsal wipes what it has built before its page is drawn, which shows how far that went. */
function beforeTheWipe(entries: readonly JournalEntry[]): JournalState {
  const state = entries.findLastIndex(({ kind, step }) => kind === 'proof' && step === rehearsalSteps.state);
  return foldJournal(state < 0 ? entries : entries.slice(0, state + 1));
}

function ticketLines({ proofs, failures, tickets: set }: JournalState): ReportRequest['tickets'] {
  return tickets.map(({ id, title }) => {
    const proof = proofs.get(id);
    const byHand = set.get(id);
    const { sha, digest, summary } = proof?.evidence ?? {};
    return {
      id,
      title,
      status: proof ? 'done' : failures.has(id) ? 'failed' : (byHand?.status ?? 'pending'),
      prs: byHand?.prs ?? [],
      evidence: summary,
      sha,
      digest,
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

/** What a verification rests on beside its items: tickets, handover, scans and the protected set. */
import type { HandoverRecord } from '../../handover/record.js';
import { compareFingerprints } from '../../mother/fingerprint/compare.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import { type Finding, isOpen, type ScanResult } from '../../scans/scan.js';
import { nodeLines } from '../../scans/umbilical/node-files.js';
import { counted } from '../../support/counted.js';
import { badge, code, table, text, utc } from './report-parts.js';

export interface TicketLine {
  id: string;
  title: string;
  status: string;
  prs: readonly string[];
  /** What the proof saw. */
  evidence?: string;
  /** Live at the proof: Git commit and digest of the chart. */
  sha?: string;
  digest?: string;
  at?: string;
}

export function ticketTable(rows: readonly TicketLine[]): string {
  const withPrs = rows.some(({ prs }) => prs.length > 0);
  return table(
    ['Ticket', 'Status', ...(withPrs ? ['PR(s)'] : []), 'Deployed SHA', 'Proof', 'At (UTC)'],
    rows.map((row) => [
      text(`${row.id} ${row.title}`),
      badge(row.status),
      ...(withPrs ? [text(row.prs.join(', '))] : []),
      deployed(row),
      text(row.evidence),
      row.at ? utc(row.at) : '',
    ]),
    'items',
  );
}

function deployed({ sha, digest }: TicketLine): string {
  return [
    ...(sha ? [`commit ${code(sha.slice(0, 12))}`] : []),
    ...(digest ? [`chart ${code(digest.slice(0, 19))}`] : []),
  ].join('<br>');
}

export function handoverPart(record: HandoverRecord | undefined): string {
  if (!record) return '<p>No handover has taken place.</p>';
  const states = table(
    ['State', 'Reached at'],
    record.history.map(({ state, at }) => [text(state), text(at)]),
  );
  const hash = (value: string | undefined) => (value ? code(value.slice(0, 12)) : '–');
  const items = table(
    ['Fate', 'Why', 'What the mother had, before → after'],
    grouped(
      record.items,
      (item) => [text(item.fate), text(item.reason)],
      ({ what, before, after }) => `${text(what)}${before || after ? ` ${hash(before)} → ${hash(after)}` : ''}`,
    ),
    'found',
  );
  const refusals = table(
    ['Old credential', 'Answer when tried', 'Details', 'At (UTC)'],
    record.refusals.map((one) => [text(one.what), text(one.answer), text(one.why ?? ''), utc(one.at)]),
  );
  const passed = record.pointOfNoReturnAt ?? 'not passed';
  return `<p>Point of no return: ${text(passed)}. Revision read from the Sovereign's Gitea: ${code(record.revision)}.</p>${states}${items}${refusals}`;
}

export function scanPart(result: ScanResult | undefined): string {
  if (!result) return '<p>Not scanned in this verification.</p>';
  const { findings, looked, unlooked = [], nodes = [], asked } = result;
  const kept = (one: Finding) =>
    one.accepted !== undefined
      ? text(one.accepted)
      : isOpen(one, asked)
        ? badge('open')
        : text(`${one.grade} is not asked for`);
  const rows = grouped(
    findings,
    (one) => [text(one.breaks), text(one.remedy), kept(one)],
    ({ where, what }) => text(`${where}: ${what}`),
  );
  const failed = looked.filter(({ ok }) => !ok);
  const seen = looked.filter(({ ok }) => ok);
  const hits = seen.filter(({ found }) => found).map(({ place, found }) => text(`${place} (${found})`));
  const quiet = seen.filter(({ found }) => !found).map(({ place }) => text(place));
  const others =
    quiet.length > 10
      ? `${quiet.slice(0, 10).join('; ')} and ${quiet.length - 10} more, in the bundle`
      : quiet.join('; ');
  return [
    rows.length > 0
      ? table(['What it would break', 'Remedy', 'Kept because', 'Where'], rows, 'found')
      : '<p>No findings.</p>',
    ...failed.map(({ place, error }) => `<p>${badge('fail')} could not look: ${text(place)}: ${text(error)}</p>`),
    hits.length > 0 ? `<p class="soft">Findings by place: ${hits.join('; ')}.</p>` : '',
    quiet.length > 0 ? `<p class="soft">Nothing was found in ${counted(quiet.length, 'place')}: ${others}.</p>` : '',
    nodes.length > 0 ? `<p class="soft">Files of nodes: ${text(nodeLines(nodes).join('; '))}.</p>` : '',
    unlooked.length > 0
      ? `<p>Not looked at: ${unlooked.map(({ place, why }) => text(`${place} (${why})`)).join('; ')}.</p>`
      : '',
  ].join('');
}

/** So many of a kind are named; the bundle has them all. */
const named = 5;

/** One row for all that have the same cells, with what is their own in the last. */
export function grouped<T>(all: readonly T[], cells: (one: T) => string[], own: (one: T) => string): string[][] {
  const groups = new Map<string, { cells: string[]; own: string[] }>();
  for (const one of all) {
    const same = cells(one);
    const key = JSON.stringify(same);
    const group = groups.get(key) ?? { cells: same, own: [] };
    group.own.push(own(one));
    groups.set(key, group);
  }
  return [...groups.values()].map(({ cells: same, own: some }) => {
    const more = some.length - named;
    const last = more > 0 ? `<br><span class="soft">and ${more} more, in the bundle</span>` : '';
    return [...same, `${some.slice(0, named).join('<br>')}${last}`];
  });
}

export function protectedPart({ before, after }: { before?: Fingerprint; after?: Fingerprint } = {}): string {
  if (!after) return '<p>Not fingerprinted in this verification.</p>';
  const old = new Map(before?.pages.map((page) => [page.url, page]));
  const pages = table(
    ['Page', 'Status', 'Body before', 'Body after'],
    after.pages.map((page) => [
      text(page.url),
      String(page.status),
      code(old.get(page.url)?.bodyHash ?? '–'),
      code(page.bodyHash),
    ]),
  );
  const when = `<p>${counted(after.objects.length, 'object')}; before at ${text(before?.at ?? 'not taken')}, after at ${text(after.at)}.</p>`;
  const differences = before ? compareFingerprints(before, after) : [];
  const rows = differences.map((one) => [text(one.what), text(one.before), text(one.after)]);
  const told =
    rows.length > 0
      ? `<p>These differ; D16 says whether a step declared it:</p>${table(['What', 'Before', 'After'], rows)}`
      : before
        ? '<p>Nothing differs.</p>'
        : '';
  return `${when}${told}${pages}`;
}

/** The §9 table: Ticket, Status, PR(s), Deployed-SHA evidence. */
import type { WorldIdentity } from '../sovereign/world-identity.js';
import { bindingOf } from '../world/journal-binding.js';
import { readJournal } from './session/read-journal.js';
import { listTickets, listUnticketed, type TicketRow } from './ticket/list.js';

export interface StatusResult {
  sovereign?: string;
  /** While a handover is unfinished: where it stands and what is changed on the mother, a line each. */
  handover?: string[];
  rows: TicketRow[];
  steps: TicketRow[];
  /** Steps proven of all. */
  proven: number;
  total: number;
  /** Where it was proven, as the journal is bound. */
  world?: WorldIdentity;
}

export function statusOf(stateDir: string | undefined, fqdn?: string): StatusResult {
  const rows = listTickets(stateDir);
  const steps = listUnticketed(stateDir);
  const all = [...rows, ...steps];
  const proven = all.filter((row) => row.status === 'done').length;
  const { world } = (stateDir === undefined ? undefined : bindingOf(readJournal(stateDir))) ?? {};
  return { sovereign: fqdn, rows, steps, proven, total: all.length, ...(world && { world }) };
}

/** What the evidence column shows: the commit, else the chart digest, else what the proof saw; and when. */
export function evidenceCell(row: TicketRow): string {
  if (!row.evidence) return row.failure ?? '';
  const what = row.evidence.sha?.slice(0, 12) ?? row.evidence.digest?.slice(0, 19) ?? row.evidence.summary;
  return `${what} · ${row.evidence.at}`;
}

export function statusCell(row: TicketRow): string {
  return row.mark ? `${row.status}, ${row.mark}` : row.status;
}

export function statusAsMarkdown(result: StatusResult): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = result.rows.map(
    (row) => `| ${row.id} | ${statusCell(row)} | ${row.prs.join(', ')} | ${cell(evidenceCell(row))} |`,
  );
  return [
    ...(result.handover ?? []).map((line) => `> ${line}  `),
    ...(result.handover ? [''] : []),
    '| Ticket | Status | PR(s) | Deployed-SHA evidence |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

import { evidenceCell, statusCell } from '../../actions/status.js';
import type { TicketRow } from '../../actions/ticket/list.js';
import { textTable } from './table.js';

/** The §9 table for a terminal. */
export function ticketTable(rows: readonly TicketRow[]): string {
  const cells = rows.map((row) => [
    row.id,
    String(row.phase),
    row.title,
    statusCell(row),
    row.prs.join(', ') || '–',
    evidenceCell(row),
  ]);
  return textTable(['TICKET', 'PHASE', 'TITLE', 'STATUS', 'PR(S)', 'DEPLOYED-SHA EVIDENCE'], cells);
}

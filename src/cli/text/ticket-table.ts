import { evidenceCell, noSovereign } from '../../actions/status.js';
import type { TicketRow } from '../../actions/ticket/list.js';
import { command } from '../../support/commands/command.js';
import type { Block, Cell } from './page.js';
import type { Tone } from './paint.js';

const looks: Readonly<Record<string, [string, Tone]>> = {
  done: ['✔', 'good'],
  failed: ['✖', 'bad'],
  'in flight': ['❯', 'busy'],
  interrupted: ['■', 'warn'],
  parked: ['·', 'dim'],
  pending: ['◌', 'dim'],
};

/** A status as every table shows it. */
export function statusLook(status: string): Cell {
  const [mark, tone] = looks[status] ?? ['', 'dim'];
  return { text: `${mark} ${status}`.trim(), tone };
}

/** The §9 table for a terminal, a line for each row. `planned`: no Sovereign exists, so there is no status. */
export function ticketTable(rows: readonly TicketRow[], { planned = false } = {}): Block {
  const first = (row: TicketRow) => [row.id, String(row.phase), row.title];
  if (planned) {
    const cells = rows.map((row) => [...first(row), row.dependsOn.join(', ') || '–']);
    return { table: { head: ['TICKET', 'PHASE', 'TITLE', 'AFTER'], rows: cells, cut: true } };
  }
  const hasPrs = rows.some(({ prs }) => prs.length > 0);
  const hasLevels = rows.some(({ level }) => level !== undefined);
  const cells = rows.map((row): Cell[] => [
    ...first(row),
    statusLook(row.status),
    ...(hasLevels ? [row.level ?? '–'] : []),
    ...(hasPrs ? [row.prs.join(', ') || '–'] : []),
    evidenceCell(row),
  ]);
  const head = [
    'TICKET',
    'PHASE',
    'TITLE',
    'STATUS',
    ...(hasLevels ? ['LEVEL'] : []),
    ...(hasPrs ? ['PR(S)'] : []),
    'DEPLOYED-SHA EVIDENCE',
  ];
  return { table: { head, rows: cells, cut: true } };
}

/** Said wherever the WBS is shown alone. */
export const wbsAlone = `${noSovereign}: this is the WBS as planned.`;

/** What to type where there is no Sovereign. */
export const nextWithoutSovereign: readonly Cell[] = [
  { text: 'next  ', tone: 'dim' },
  { text: command('wizard'), keep: true },
  ', or with a lab: ',
  { text: command('wizard', { lab: 'default' }), keep: true },
];

/** Above a table of the WBS alone. */
export const wbsAloneHead: Block[] = [{ text: wbsAlone, tone: 'warn' }, nextWithoutSovereign, ''];

/** Connections to addresses outside, as Hubble or the connection tables of the nodes had them, while catalyst-api was stopped and shortly before and after. */

import { counted } from '../../support/counted.js';
import type { FlowsSeen } from '../experiment/flows/flows.js';
import { badge, table, text } from './report-parts.js';

/** So many rows are shown; the bundle has them all. */
const shown = 40;

export function flowsPart(seen: FlowsSeen | undefined): string {
  if (seen === undefined) return '';
  if (seen.nodes.length === 0)
    return `<p>${badge('fail')} the connections of no node were followed: ${text(seen.error ?? '')}.</p>`;
  const lines = new Map<string, { cells: string[]; nodes: Set<string> }>();
  for (const { node, rows } of seen.nodes)
    for (const { to, port, verdict, source } of rows) {
      const cells = [`${to} ${port}`, source, verdict.toLowerCase()];
      const line = lines.get(cells.join()) ?? { cells, nodes: new Set() };
      lines.set(cells.join(), { cells, nodes: line.nodes.add(node) });
    }
  const rows = [...lines.values()].map(({ cells, nodes }) => [...cells, [...nodes].join(', ')].map(text));
  const failed = seen.nodes
    .filter(({ error }) => error !== undefined)
    .map(({ node, error }) => `<p>${badge('fail')} node ${text(node)}: ${text(error!)}</p>`);
  const more = rows.length > shown ? `<p class="soft">and ${rows.length - shown} more, in the bundle.</p>` : '';
  const who = seen.nodes.some(({ by }) => by === 'table') ? 'The connection tables had' : 'Hubble saw';
  return `<p>${who} ${counted(rows.length, 'kind')} of connection to the outside, on ${counted(seen.nodes.length, 'node')}:</p>
${table(['To', 'From', 'Verdict', 'On'], rows.slice(0, shown))}${more}${failed.join('')}`;
}

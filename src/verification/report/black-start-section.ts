/** D23 in the report: what was off for how long, in which order parts need each other, what was back, and how far this world has all that. */
import { formatDuration } from '../../support/durations.js';
import { type BlackStartSeen, classesOf } from '../black-start/seen.js';
import type { DodReport } from '../dod/report.js';
import { badge, table, text, utc } from './report-parts.js';
import type { Shade } from './timeline.js';

const seenIn = (items: DodReport['items']) =>
  items.find(({ id }) => id === 'D23')?.evidence as Partial<BlackStartSeen> | undefined;

export function blackStartPart({ items }: DodReport): string {
  const item = items.find(({ id }) => id === 'D23');
  if (!item) return '<p>D23 was not checked.</p>';
  const head = `<p>${badge(item.status)} ${text(item.reason)}</p>`;
  const seen = seenIn(items);
  if (!seen?.engine || item.status === 'left-out') return head;
  const classes = Object.entries(classesOf(seen.engine)).map(([name, how]) => [text(name), text(how)]);
  return [
    head,
    offLine(seen),
    orderTable(seen),
    backTable(seen),
    table(['What it consists of', 'In this world'], classes),
  ]
    .filter(Boolean)
    .join('\n');
}

function offLine({ off, recoveredAt }: Partial<BlackStartSeen>): string {
  if (!off) return '';
  const at = (ms: number) => utc(new Date(ms).toISOString());
  const back =
    recoveredAt === undefined
      ? 'not everything was back'
      : `back at ${at(recoveredAt)}, ${formatDuration(recoveredAt - off.to)} later`;
  return `<p>${text(Object.keys(off.servers).join(', '))}: off from ${at(off.from)} to ${at(off.to)} UTC; ${back}.</p>`;
}

function orderTable({ order }: Partial<BlackStartSeen>): string {
  const rows = (order?.waves ?? []).map((wave, index) => [String(index + 1), text(wave.join(', '))]);
  return rows.length === 0 ? '' : table(['Start', 'What can start, by what it needs'], rows);
}

function backTable({ seal, databases = [], pods, probes = {}, nodes = {} }: Partial<BlackStartSeen>): string {
  const booted = Object.values(nodes).filter(({ before, after }) => after !== undefined && after !== before);
  const green = Object.values(probes).filter((why) => why === '');
  const whole = databases.filter(({ ready, wanted }) => ready >= wanted);
  return table(
    ['Back', 'Seen'],
    [
      ['Nodes booted again', `${booted.length} of ${Object.keys(nodes).length}`],
      ['OpenBao', seal ? text(`${seal.sealed ? 'sealed' : 'unsealed'}, seal ${seal.type}`) : 'not seen'],
      ['Databases', `${whole.length} of ${databases.length}`],
      ['Pods', pods ? `${pods.total - pods.notReady.length} of ${pods.total}` : 'not seen'],
      ['Probes', `${green.length} of ${Object.keys(probes).length}`],
    ],
  );
}

/** From the power-off until everything was back. */
export function blackStartShade(items: DodReport['items']): Shade | undefined {
  const { off, recoveredAt } = seenIn(items) ?? {};
  const [from, to] = [off?.from, recoveredAt ?? off?.to];
  if (typeof from !== 'number' || typeof to !== 'number' || from >= to) return undefined;
  return { label: 'all servers off, and their start (D23)', cls: 'red', from, to };
}

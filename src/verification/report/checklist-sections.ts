/** The items of the Definition of Done as a reader wants them: what failed with what to type, the user's own list, then all that it rests on. */
import { command } from '../../support/commands/command.js';
import { shortReason } from '../../support/short-reason.js';
import type { ItemResult, ItemStatus } from '../dod/item.js';
import type { DodReport } from '../dod/report.js';
import { badge, code, section, table, text, utc } from './report-parts.js';

const order: Record<ItemStatus, number> = { fail: 0, 'not-checked': 1, 'left-out': 2, pass: 3 };
const byUrgency = (items: readonly ItemResult[]) => items.toSorted((a, b) => order[a.status] - order[b.status]);
const link = (id: string) => `<a href="#${text(id)}">${text(id)}</a>`;

/** Empty where all passed. */
export function openItems({ items }: DodReport): string {
  const open = byUrgency(items.filter(({ status }) => status !== 'pass' && status !== 'left-out'));
  if (open.length === 0) return '';
  const rows = open.map(({ id, title, status, reason, follows, repeat }) => [
    `${link(id)} ${text(title)}`,
    badge(status),
    follows ? `follows from ${follows.map(link).join(', ')}` : text(reason),
    follows ? '' : `<code>${text(repeat)}</code>`,
  ]);
  return section(
    'What failed or was not checked',
    table(['Item', 'Status', 'Why', 'Take it again'], rows, 'items again'),
  );
}

export function itemSections({ items }: DodReport): string {
  const of = (letter: string) => byUrgency(items.filter(({ id }) => id.startsWith(letter)));
  const rows = (some: readonly ItemResult[], why: (item: ItemResult) => string) =>
    some.map((item) => [
      `<span id="${text(item.id)}">${text(item.id)}</span> ${text(item.title)}`,
      badge(item.status),
      why(item),
      utc(item.at),
    ]);
  const heads = ['Item', 'Status', 'Seen', 'At (UTC)'];
  const listed = (title: string, some: readonly ItemResult[], why: (item: ItemResult) => string) =>
    some.length === 0 ? '' : section(title, table(heads, rows(some, why), 'items'));
  return [
    // Their reasons are those of the items below.
    listed('Checklist of the WBS', of('W'), ({ reason, follows }) =>
      follows ? `follows from ${follows.map(link).join(', ')}` : text(shortReason(reason)),
    ),
    listed('Definition of Done', of('D'), ({ reason }) => text(reason)),
  ].join('\n');
}

/** D4, a line for each thing that was looked at. */
export function dnsChain({ items }: DodReport): string {
  const item = items.find(({ id }) => id === 'D4');
  if (!item) return '<p>D4 was not checked.</p>';
  const lines = item.reason.split('; ').map((line) => `<li>${text(line)}</li>`);
  return `<p>${badge(item.status)} from the parent zone down, as the name servers answered at ${utc(item.at)} UTC:</p><ol>${lines.join('')}</ol>`;
}

/** Most are taken again by their id alone. */
export function repeats({ items }: DodReport): string {
  const usual = (id: string) => command('verify dod', { only: id });
  const others = items.filter(({ id, repeat, follows }) => id.startsWith('D') && repeat !== usual(id) && !follows);
  const rows = others.map((item) => [text(item.id), code(item.repeat)]);
  const said = `<p>Each item is taken again by its id: ${code(usual('ID'))}.</p>`;
  return rows.length === 0
    ? said
    : `${said}<p>These can also be taken another way:</p>${table(['Item', 'Command'], rows)}`;
}

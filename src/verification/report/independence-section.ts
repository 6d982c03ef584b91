/** The grade of independence and what it rests on: what blocks the next one, what is accepted, and what each egress window denied, let out and tried. */
import type { DodReport } from '../dod/report.js';
import type { Allowed } from '../experiment/egress/allow-list.js';
import { reachedOf, resolvedIn } from '../experiment/egress/canaries.js';
import type { EgressSeen } from '../experiment/egress/judge-egress.js';
import { classesOf } from '../experiment/egress/judge-window.js';
import type { WindowSeen } from '../experiment/egress/window.js';
import { table, text, utc } from './report-parts.js';

/** How many of a list are shown; the bundle has them all. */
const shown = 10;

export function independencePart({ grade, blockers = [], accepted = [], items }: DodReport): string {
  if (grade === undefined) return '<p>Not verified.</p>';
  const seen = items.find(({ id }) => id === 'D22')?.evidence as Partial<EgressSeen> | undefined;
  return [
    `<p>Proven: <strong>${grade === 'none' ? 'no grade' : grade}</strong>.</p>`,
    listed('What blocks the next grade', blockers),
    listed('Accepted by the spec', accepted),
    ...(seen?.windows ?? []).map(windowPart),
  ].join('');
}

function listed(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const more = lines.length > shown ? `<li class="soft">and ${lines.length - shown} more, in the bundle</li>` : '';
  const first = lines.slice(0, shown).map((line) => `<li>${text(line)}</li>`);
  return `<p>${text(title)}:</p><ul>${first.join('')}${more}</ul>`;
}

function windowPart(seen: WindowSeen): string {
  const { grade, window, denied, allowed } = seen;
  const span = window
    ? `${utc(new Date(window.from).toISOString())} to ${utc(new Date(window.to).toISOString())}`
    : 'it was not begun, or ended early';
  return [
    `<h3>Egress window at ${text(grade)} (${span})</h3>`,
    table(
      ['Class', 'How', 'What'],
      classesOf(seen).map(({ what, how, note }) => [text(what), text(how), text(note)]),
      'found',
    ),
    table(
      ['Canary', 'Before', 'In the window', 'At its end', 'After'],
      [...seen.fail, ...seen.reach].map((host) => [
        text(`${host} ${seen.fail.includes(host) ? '(must fail)' : '(must be reached)'}`),
        ...[seen.before, seen.during, seen.end, seen.after].map((look) => text(answerOf(look, host))),
      ]),
      'found',
    ),
    `<p class="soft">Answered with NXDOMAIN: ${text(denied.join(', '))}. Resolvers outside in the window: ${text(resolvers(seen))}.</p>`,
    table(
      ['Let out', 'As', 'Named by'],
      allowed.map((one) => [text(nameOf(one)), text(one.as), text(one.namedBy.join(', '))]),
      'found',
    ),
  ].join('');
}

const nameOf = ({ host, addresses }: Allowed) =>
  host === undefined ? addresses.join(', ') : `${host}${addresses.length > 0 ? ` (${addresses.join(', ')})` : ''}`;

function answerOf(look: WindowSeen['before'], host: string): string {
  if (!look) return '–';
  const [how] = reachedOf(look, [host]);
  if (how !== undefined) return how === host ? 'reached' : 'reached at its address';
  return resolvedIn({ ...look, resolvers: {} }, [host]).length > 0
    ? 'resolves, not reached'
    : 'no address, not reached';
}

const resolvers = ({ during }: WindowSeen) =>
  Object.entries(during?.resolvers ?? {})
    .map(([server, reached]) => `${server} ${reached ? 'reached' : 'not reached'}`)
    .join(', ') || 'not tried';

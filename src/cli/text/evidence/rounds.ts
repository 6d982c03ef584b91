/** A round, and the history of verdicts and rounds, as a terminal shows them. */
import type { History } from '../../../actions/evidence/history.js';
import type { RoundResult } from '../../../actions/verify/round.js';
import { counted } from '../../../support/counted.js';
import type { Block, Cell } from '../page.js';
import type { Tone } from '../paint.js';

const tones: Readonly<Record<string, Tone>> = {
  CLEAN: 'good',
  PASS: 'good',
  ALERT: 'bad',
  FAIL: 'bad',
  INVALID: 'bad',
};
const verdictCell = (verdict: string): Cell => ({ text: verdict, tone: tones[verdict] ?? 'warn' });

export function roundBlocks({
  fqdn,
  verdict,
  grade,
  alarms,
  returned,
  cleared,
  unlooked,
  looked,
  probes,
  never,
  deliveries,
  bundle,
}: RoundResult): Block[] {
  const state = (key: string, unseen?: true) => (unseen ? 'not looked at' : returned.includes(key) ? 'new' : 'open');
  const rows = [
    ...alarms.map(({ key, unseen, since, where, what, grade: broken }) => [
      ...[state(key, unseen), broken ?? '', since, { text: where, keep: true }, what],
    ]),
    ...cleared.map(({ since, where, what, grade: broken }) => [
      ...['gone', broken ?? '', since, { text: where, keep: true }, what],
    ]),
  ];
  const green = probes.filter(({ answer }) => answer === 'green').length;
  return [
    [verdictCell(verdict), `  ${fqdn}`],
    ...(rows.length > 0 ? [{ table: { head: ['STATE', 'BREAKS', 'SINCE', 'WHERE', 'WHAT'], rows, cut: true } }] : []),
    ...unlooked.map((one): Block => ({ text: `not looked at  ${one}`, tone: 'warn' })),
    ...never.map(({ place, why }): Block => `never looked at  ${place}: ${why}`),
    ...deliveries
      .filter(({ sent }) => sent)
      .map(
        ({ channel, returned: up, cleared: down }): Block =>
          `sent to ${channel}: ${up.length} new, ${down.length} cleared`,
      ),
    {
      facts: [
        [
          'looked',
          `${counted(looked.filter(({ ok }) => ok).length, 'place')}, ${green} of ${counted(probes.length, 'probe')} green`,
        ],
        ['grade', `${grade}, as far as a scan shows`],
        ...(bundle === '' ? [] : [['evidence', { text: bundle, keep: true }] as const]),
      ],
    },
  ];
}

/** Verdicts and rounds in order, each with what is another than before. */
export function historyBlocks({ fqdn, entries }: History): Block[] {
  const rows = entries.map(({ at, kind, verdict, grade, ...entry }) => [
    at,
    kind,
    verdictCell(verdict),
    grade ?? '',
    changedCell(entry),
  ]);
  return [
    { text: `${fqdn}: ${counted(entries.length, 'bundle')}`, tone: 'strong' },
    { table: { head: ['AT', 'WHAT', 'RESULT', 'GRADE', 'CHANGED'], rows, cut: true } },
  ];
}

type Entry = History['entries'][number];

function changedCell({ changes, checked, link }: Pick<Entry, 'changes' | 'checked' | 'link'>): Cell {
  if (!checked.valid) return { text: `NOT VERIFIED: ${checked.why}`, tone: 'bad' };
  if (link === 'broken')
    return { text: 'NOT VERIFIED: it names another predecessor than the one in this folder', tone: 'bad' };
  if (link === 'first' || link === 'cut') return link === 'cut' ? 'its predecessor is not in this folder' : 'the first';
  if (changes.length === 0) return 'nothing';
  const told = changes.slice(0, 3).map(({ what, before, after }) => `${what}: ${before} → ${after}`);
  return `${told.join('; ')}${changes.length > 3 ? `; and ${changes.length - 3} more` : ''}`;
}

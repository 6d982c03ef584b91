/** What `catalyst status` shows: where the Sovereign is and what to type next, then the §9 table. */
import type { SovereignHere } from '../../actions/journal/sovereigns-here.js';
import { noSovereign, type StatusResult } from '../../actions/status.js';
import { phaseProgress } from '../../actions/ticket/list.js';
import { command } from '../../support/commands/command.js';
import { formatDuration } from '../../support/durations.js';
import type { Block, Cell } from './page.js';
import { nextWithoutSovereign, ticketTable } from './ticket-table.js';

/** @param updated when it was read, for a page that is shown again and again */
export function statusPage(result: StatusResult, updated?: Date): Block[] {
  if (result.sovereigns) return sovereignsPage(result.sovereigns);
  if (result.rows.length === 0) return [{ text: `${noSovereign}.`, tone: 'warn' }, nextWithoutSovereign];
  const { sovereign, world, running, last, verdict, report, handover = [], next } = result;
  const where = [sovereign, world?.kind === 'lab' && `lab ${world.name}`].filter(Boolean).join(' · ');
  const facts: (readonly [string, Cell])[] = [
    ['state', stateOf(result)],
    ...handover.map((line, index) => [index === 0 ? 'handover' : '', line.replace(/^handover /, '')] as const),
    ...(running
      ? [
          [
            'running',
            { text: `${running.command} by ${running.by} since ${local(running.since)}`, tone: 'busy' },
          ] as const,
        ]
      : []),
    ...(last && !running ? [['last run', lastRun(last)] as const] : []),
    ...(verdict ? [['verdict', { text: verdict, tone: 'good' }] as const] : []),
    ...(report ? [['report', { text: report, keep: true }] as const] : []),
    ...(updated ? [['updated', local(updated.toISOString())] as const] : []),
    ['next', { text: next, keep: true }],
  ];
  return [{ text: where, tone: 'strong' }, { facts }, '', ticketTable(result.rows), '', ticketTable(result.steps)];
}

/** All Sovereigns with state here, a line each; without one, what to type for the first. */
function sovereignsPage(sovereigns: readonly SovereignHere[]): Block[] {
  if (sovereigns.length === 0)
    return [{ text: 'No Sovereign has state on this machine.', tone: 'warn' }, nextWithoutSovereign];
  const rows = sovereigns.map((one) => [one.fqdn, stateHere(one), one.verdict ?? '–', doing(one)]);
  const more = command('status', { sovereign: sovereigns[0]!.fqdn });
  return [
    { table: { head: ['SOVEREIGN', 'STATE', 'VERDICT', 'LAST RUN'], rows, cut: true } },
    '',
    [
      { text: 'next  ', tone: 'dim' },
      { text: more, keep: true },
    ],
  ];
}

function stateHere({ proven, total, problem }: SovereignHere): Cell {
  if (problem) return { text: `✖ ${problem}`, tone: 'bad' };
  return { text: `${proven} of ${total} proven`, tone: proven === total ? 'good' : undefined };
}

function doing({ running, last }: SovereignHere): Cell {
  if (running) return { text: `${running.command} runs, by ${running.by}`, tone: 'busy' };
  return last ? lastRun(last) : '–';
}

function stateOf({ proven, total, rows, steps }: StatusResult): Cell {
  const failed = [...rows, ...steps].filter(({ status }) => status === 'failed');
  const progress = phaseProgress([...rows, ...steps]);
  const count = `${proven} of ${total} proven${progress ? `, ${progress}` : ''}`;
  if (failed.length > 0)
    return { text: `${count}; failed: ${failed.map(({ id, title }) => `${id} ${title}`).join(', ')}`, tone: 'bad' };
  return { text: proven === 0 ? 'nothing is proven yet' : count, tone: proven === total ? 'good' : undefined };
}

function lastRun({ command, at, finishedAt, ok, interrupted }: NonNullable<StatusResult['last']>): Cell {
  if (!finishedAt) return { text: `${command} at ${local(at)}: interrupted`, tone: 'warn' };
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(at));
  if (interrupted) return { text: `${command} at ${local(at)}: interrupted after ${took}`, tone: 'warn' };
  return ok
    ? `${command} at ${local(at)}: done in ${took}`
    : { text: `${command} at ${local(at)}: ended with failures after ${took}`, tone: 'bad' };
}

/** `2026-11-23 14:32:10`, in local time. */
function local(at: string): string {
  const date = new Date(at);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0'));
  return `${day.join('-')} ${date.toTimeString().slice(0, 8)}`;
}

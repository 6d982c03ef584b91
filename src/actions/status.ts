/** Where a Sovereign is, and the §9 table: Ticket, Status, PR(s), Deployed-SHA evidence. */

import { foldJournal, type JournalState } from '../engine/journal-state.js';
import { leasePath, readHolder, stateOfHolder } from '../sovereign/state/lease.js';
import { thisProcess } from '../sovereign/state/process-identity.js';
import type { WorldIdentity } from '../sovereign/world-identity.js';
import { command } from '../support/commands/command.js';
import { bindingOf } from '../world/journal/journal-binding.js';
import type { SovereignHere } from './journal/sovereigns-here.js';
import { interruptedRun, type JournaledRun } from './session/interrupted-run.js';
import { readJournal } from './session/read-journal.js';
import { levelEvidence, levelOf } from './ticket/levels.js';
import { listTickets, listUnticketed, type TicketRow } from './ticket/list.js';

export interface StatusResult {
  /** FQDN; undefined where no Sovereign is chosen and no spec lies here: then there are no rows either. */
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
  /** Who works on it now. */
  running?: { command: string; by: string; since: string };
  /** The newest run. */
  last?: { command: string; at: string; finishedAt?: string; ok?: boolean; interrupted?: boolean };
  /** The newest verdict of PASS that still counts, and its report. */
  verdict?: string;
  report?: string;
  /** With --all: every Sovereign with state on this machine; then there are no rows. */
  sovereigns?: SovereignHere[];
  /** What to type next. */
  next: string;
}

/** Why there is nothing to show. */
export const noSovereign = 'No Sovereign is chosen, and there is no ./sovereign.yaml';

export function statusOf(stateDir: string | undefined, fqdn?: string, now = new Date()): StatusResult {
  if (stateDir === undefined) return { rows: [], steps: [], proven: 0, total: 0, next: command('wizard') };
  const entries = readJournal(stateDir);
  const state = foldJournal(entries);
  const evidence = levelEvidence(stateDir);
  const leveled = (row: TicketRow): TicketRow => {
    const level = levelOf(row, state.proofs.get(row.id), evidence);
    return level ? { ...row, level } : row;
  };
  const rows = listTickets(stateDir).map(leveled);
  const steps = listUnticketed(stateDir).map(leveled);
  const all = [...rows, ...steps];
  const proven = all.filter((row) => row.status === 'done').length;
  const { world } = bindingOf(entries) ?? {};
  const running = runningIn(stateDir, now);
  return {
    sovereign: fqdn,
    rows,
    steps,
    proven,
    total: all.length,
    ...(world && { world }),
    ...(running && { running }),
    ...historyOf(state),
    next: nextCommand(state, { running: running !== undefined, whole: proven === all.length }),
  };
}

function runningIn(stateDir: string, now: Date): StatusResult['running'] {
  const holder = readHolder(leasePath(stateDir));
  if (!holder || ['dead', 'silent'].includes(stateOfHolder(holder, { here: thisProcess(), now }))) return undefined;
  const { command, by, since } = holder;
  return { command, by, since };
}

function historyOf({ runs, proofs }: JournalState): Pick<StatusResult, 'last' | 'verdict' | 'report'> {
  const run = runs.at(-1);
  const facts = proofs.get('dod')?.evidence.facts ?? {};
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    last: run && {
      command: text(run.inputs?.command) ?? 'run',
      at: run.at,
      finishedAt: run.finishedAt,
      ok: run.ok,
      interrupted: run.interrupted,
    },
    verdict: text(facts.verdict),
    report: text(facts.report),
  };
}

function nextCommand(state: JournalState, { running, whole }: { running: boolean; whole: boolean }): string {
  if (running) return command('status', { watch: true });
  const interrupted = interruptedRun(state);
  // A rehearsal is continued by its own command.
  if (interrupted?.inputs?.command === 'rehearse') return command('rehearse');
  // A verdict is a result: it is taken again.
  if (interrupted && endedInVerdict(interrupted, state)) return command('verify dod');
  if (interrupted) return command('resume');
  return whole ? command('credentials show') : command('wizard');
}

/** True for a run that did all of its steps, and whose Definition of Done did not end in PASS. */
function endedInVerdict({ finishedAt, inputs }: JournaledRun, { proofs, failures }: JournalState): boolean {
  const steps = (inputs?.steps as string[] | undefined) ?? [];
  const left = steps.filter((id) => !proofs.has(id));
  return (
    finishedAt !== undefined && left.length > 0 && left.every((id) => /^dod(-part)?$/.test(id) && failures.has(id))
  );
}

/** What the evidence column shows: what the proof saw, then the commit or chart digest that was live, and when. */
export function evidenceCell(row: TicketRow): string {
  if (!row.evidence) return row.failure ?? '';
  const { summary, sha, digest, at } = row.evidence;
  const live = sha ? `commit ${sha.slice(0, 12)}` : digest ? `chart ${digest.slice(0, 19)}` : undefined;
  return [summary, live, at].filter(Boolean).join(' · ');
}

/** Status and level are two things: what was proven once is not thereby part of a Sovereign that meets its Definition of Done. */
const statusAndLevel = (row: TicketRow) => (row.level ? `${row.status} (${row.level})` : row.status);

export function statusAsMarkdown(result: StatusResult): string {
  if (result.sovereigns) {
    const rows = result.sovereigns.map(
      ({ fqdn, proven, total, verdict, problem }) =>
        `| ${fqdn} | ${problem ?? `${proven} of ${total} proven`} | ${verdict ?? ''} |`,
    );
    return ['| Sovereign | State | Verdict |', '|---|---|---|', ...rows].join('\n');
  }
  if (result.rows.length === 0) return `> ${noSovereign}.`;
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = result.rows.map(
    (row) => `| ${row.id} | ${statusAndLevel(row)} | ${row.prs.join(', ')} | ${cell(evidenceCell(row))} |`,
  );
  return [
    ...(result.handover ?? []).map((line) => `> ${line}  `),
    ...(result.handover ? [''] : []),
    '| Ticket | Status | PR(s) | Deployed-SHA evidence |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

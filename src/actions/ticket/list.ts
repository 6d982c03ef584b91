/** Tickets and phases with their status, derived from the journal: `done` only by a proof that still counts. */
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import {
  blueprintOf,
  type Phase,
  phases,
  type Ticket,
  type TicketStatus,
  tickets,
  unticketed,
} from '../../walk/wbs.js';
import { readJournal } from '../session/read-journal.js';

export interface TicketRow {
  id: string;
  title: string;
  phase: number;
  dependsOn: string[];
  /** The Blueprint that it installs. */
  blueprint?: string;
  status: TicketStatus;
  /** The seed's remark on the status ("other session"). */
  mark?: string;
  prs: string[];
  /** Deployed-SHA evidence: Git SHA and chart digest that were live at the proof, when known. */
  evidence?: { sha?: string; digest?: string; at: string; summary: string };
  failure?: string;
}

/** One row for each of the 22 tickets. */
export function listTickets(stateDir: string | undefined): TicketRow[] {
  const state = foldJournal(stateDir === undefined ? [] : readJournal(stateDir));
  return tickets.map((ticket) => ticketRow(ticket, state));
}

/** The same row for a step without a ticket (`cluster`, `bp-valkey`, `dod`). */
export function listUnticketed(stateDir: string | undefined): TicketRow[] {
  const state = foldJournal(stateDir === undefined ? [] : readJournal(stateDir));
  return unticketed.map((step) => ticketRow({ ...step, dependsOn: step.needs, initial: { status: 'pending' } }, state));
}

export function ticketRow(ticket: Ticket, state: JournalState): TicketRow {
  const proof = state.proofs.get(ticket.id);
  const failure = state.failures.get(ticket.id);
  const byHand = state.tickets.get(ticket.id);
  const derived = proof ? 'done' : failure ? 'failed' : state.open.has(ticket.id) ? 'in flight' : undefined;
  const status = derived ?? (byHand?.status as TicketStatus | undefined) ?? ticket.initial.status;
  return {
    id: ticket.id,
    title: ticket.title,
    phase: ticket.phase,
    dependsOn: [...ticket.dependsOn],
    blueprint: blueprintOf(ticket.id),
    status,
    mark: status === ticket.initial.status ? ticket.initial.mark : undefined,
    prs: byHand?.prs ?? [],
    evidence: proof && {
      sha: proof.evidence.sha,
      digest: proof.evidence.digest,
      at: proof.at,
      summary: proof.evidence.summary,
    },
    failure: failure?.message,
  };
}

export interface PhaseRow {
  id: number;
  title: string;
  needs: number[];
  tickets: string[];
  status: 'pending' | 'in flight' | 'failed' | 'done';
  proven: number;
  steps: number;
  duration: string;
}

export function listPhases(stateDir: string | undefined): PhaseRow[] {
  const rows = [...listTickets(stateDir), ...listUnticketed(stateDir)];
  return phases.map((phase) => phaseRow(phase, rows));
}

function phaseRow(phase: Phase, rows: readonly TicketRow[]): PhaseRow {
  const mine = rows.filter((row) => row.phase === phase.id);
  const proven = mine.filter((row) => row.status === 'done').length;
  const status =
    proven === mine.length
      ? 'done'
      : mine.some((row) => row.status === 'failed')
        ? 'failed'
        : proven > 0 || mine.some((row) => row.status === 'in flight' && !row.mark)
          ? 'in flight'
          : 'pending';
  return {
    id: phase.id,
    title: phase.title,
    needs: [...phase.needs],
    tickets: mine.filter((row) => row.id.startsWith('#')).map((row) => row.id),
    status,
    proven,
    steps: mine.length,
    duration: phase.duration,
  };
}

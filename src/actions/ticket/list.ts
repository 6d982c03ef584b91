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
import type { Level } from './levels.js';

export interface TicketRow {
  id: string;
  title: string;
  phase: number;
  dependsOn: string[];
  /** The Blueprint that it installs. */
  blueprint?: string;
  status: TicketStatus;
  /** Of a ticket: its status in the WBS as it was published, which is that of no Sovereign. */
  published?: string;
  prs: string[];
  /** Deployed-SHA evidence: Git SHA and chart digest that were live at the proof, when known. */
  evidence?: { sha?: string; digest?: string; at: string; summary: string };
  failure?: string;
  /** How far it is done; only `status` reads what that follows from. */
  level?: Level;
}

/** One row for each of the 22 tickets. */
export function listTickets(stateDir: string | undefined): TicketRow[] {
  const state = foldJournal(stateDir === undefined ? [] : readJournal(stateDir));
  return tickets.map((ticket) => ticketRow(ticket, state));
}

/** The same row for a step without a ticket (`cluster`, `bp-valkey`, `dod`). */
export function listUnticketed(stateDir: string | undefined): TicketRow[] {
  const state = foldJournal(stateDir === undefined ? [] : readJournal(stateDir));
  return unticketed.map((step) => ticketRow({ ...step, dependsOn: step.needs }, state));
}

/** What the journal shows of it, which goes before what is set by hand. */
export function derivedStatus(id: string, { proofs, open, failures }: JournalState): TicketStatus | undefined {
  // A failure ends what was open: what is open has begun again since.
  return proofs.has(id) ? 'done' : open.has(id) ? 'in flight' : failures.has(id) ? 'failed' : undefined;
}

type Known = Omit<Ticket, 'published'> & Partial<Pick<Ticket, 'published'>>;

export function ticketRow(ticket: Known, state: JournalState): TicketRow {
  const proof = state.proofs.get(ticket.id);
  const failure = state.failures.get(ticket.id);
  const derived = derivedStatus(ticket.id, state);
  const byHand = state.tickets.get(ticket.id);
  const status = derived ?? (byHand?.status as TicketStatus | undefined) ?? 'pending';
  return {
    id: ticket.id,
    title: ticket.title,
    phase: ticket.phase,
    dependsOn: [...ticket.dependsOn],
    blueprint: blueprintOf(ticket.id),
    status,
    published: ticket.published,
    prs: byHand?.prs ?? [],
    evidence: proof && {
      sha: proof.evidence.sha,
      digest: proof.evidence.digest,
      at: proof.at,
      summary: proof.evidence.summary,
    },
    failure: derived === 'in flight' ? undefined : failure?.message,
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
  /** As the WBS estimates the work of people: `1–2 days`. Says nothing of how long a run takes. */
  duration: string;
  /** Milliseconds that its proofs took when they were last taken; absent before all of them were. */
  tookMs?: number;
}

export function listPhases(stateDir: string | undefined): PhaseRow[] {
  const rows = [...listTickets(stateDir), ...listUnticketed(stateDir)];
  const state = foldJournal(stateDir === undefined ? [] : readJournal(stateDir));
  return phases.map((phase) => {
    const row = phaseRow(phase, rows);
    const own = rows.filter((one) => one.phase === phase.id).map(({ id }) => id);
    return { ...row, ...(row.status === 'done' ? { tookMs: spanOf(own, state) } : {}) };
  });
}

/** From the begin of the first proof to the end of the last, when one run took them all; else their sum. */
function spanOf(ids: readonly string[], { proofs, durations }: JournalState): number {
  const taken = ids.flatMap((id) => {
    const proof = proofs.get(id);
    const ms = durations.get(id)?.at(-1) ?? 0;
    return proof ? [{ run: proof.run, ms, end: Date.parse(proof.at) }] : [];
  });
  if (new Set(taken.map(({ run }) => run)).size > 1) return taken.reduce((total, { ms }) => total + ms, 0);
  return Math.max(...taken.map(({ end }) => end)) - Math.min(...taken.map(({ end, ms }) => end - ms));
}

/** `phases 0 to 2 done`, `phase 3 in flight`: how far these rows are; empty before the first. */
export function phaseProgress(rows: readonly TicketRow[]): string {
  const all = phases.map((phase) => phaseRow(phase, rows));
  const done = all.filter(({ status }) => status === 'done').map(({ id }) => id);
  const now = all.filter(({ status }) => status === 'in flight' || status === 'failed');
  const named = done.length === 1 ? `phase ${done[0]} done` : `phases ${done.join(', ')} done`;
  return [...(done.length > 0 ? [named] : []), ...now.map(({ id, status }) => `phase ${id} ${status}`)].join(', ');
}

/** `1–2 person-days`, so that nobody takes it for the duration of a run. */
export const personDays = (duration: string) => duration.replace(/\bdays?\b/, 'person-$&');

function phaseRow(phase: Phase, rows: readonly TicketRow[]): PhaseRow {
  const mine = rows.filter((row) => row.phase === phase.id);
  const proven = mine.filter((row) => row.status === 'done').length;
  const status =
    proven === mine.length
      ? 'done'
      : mine.some((row) => row.status === 'failed')
        ? 'failed'
        : proven > 0 || mine.some((row) => row.status === 'in flight')
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

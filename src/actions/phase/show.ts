import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import { listPhases, listTickets, listUnticketed, type PhaseRow, type TicketRow } from '../ticket/list.js';

export interface PhaseDetails extends PhaseRow {
  rows: TicketRow[];
}

export function showPhase(id: number, stateDir: string | undefined): PhaseDetails {
  const phase = listPhases(stateDir).find((candidate) => candidate.id === id);
  if (!phase)
    throw fail('E1001', `There is no phase ${id}; the phases are 0 to 8.`, { actions: [command('phase list')] });
  const rows = [...listTickets(stateDir), ...listUnticketed(stateDir)].filter((row) => row.phase === id);
  return { ...phase, rows };
}

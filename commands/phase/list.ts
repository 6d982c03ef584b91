import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { listPhases, type PhaseRow, personDays } from '../../src/actions/ticket/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { Block, Cell } from '../../src/cli/text/page.js';
import { statusLook, wbsAloneHead } from '../../src/cli/text/ticket-table.js';
import { formatDuration } from '../../src/support/durations.js';

export default class PhaseList extends CatalystCommand<PhaseRow[]> {
  static override summary = 'the nine phases, with their dependencies and progress';
  static override examples = ['<%= config.bin %> phase list'];
  static override exitCodes = [5, 7];

  async run(): Promise<PhaseRow[]> {
    const { context } = await this.open(PhaseList);
    const stateDir = await stateDirIfAny(context);
    const rows = listPhases(stateDir);
    context.output.page([...(stateDir === undefined ? wbsAloneHead : []), phaseTable(rows, stateDir === undefined)]);
    return rows;
  }
}

function phaseTable(rows: readonly PhaseRow[], planned: boolean): Block {
  const first = (row: PhaseRow) => [String(row.id), row.title, row.needs.join(', ') || '–'];
  const live = (row: PhaseRow): Cell[] => [
    statusLook(row.status),
    `${row.proven}/${row.steps}`,
    row.tookMs === undefined ? '–' : formatDuration(row.tookMs),
  ];
  const cells = rows.map((row) => [...first(row), ...(planned ? [] : live(row)), personDays(row.duration)]);
  const head = ['PHASE', 'TITLE', 'AFTER', ...(planned ? [] : ['STATUS', 'PROVEN', 'TOOK']), 'WORK (WBS §6)'];
  return { table: { head, rows: cells } };
}

import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { listPhases, type PhaseRow } from '../../src/actions/ticket/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { textTable } from '../../src/cli/text/table.js';

export default class PhaseList extends CatalystCommand<PhaseRow[]> {
  static override summary = 'the nine phases, with their dependencies and progress';
  static override examples = ['<%= config.bin %> phase list'];
  static override exitCodes = [5, 7];

  async run(): Promise<PhaseRow[]> {
    const { context } = await this.open(PhaseList);
    const rows = listPhases(await stateDirIfAny(context));
    const cells = rows.map((row) => [
      String(row.id),
      row.title,
      row.needs.join(', ') || '–',
      row.status,
      `${row.proven}/${row.steps}`,
      row.duration,
    ]);
    context.output.print(textTable(['PHASE', 'TITLE', 'NEEDS', 'STATUS', 'PROVEN', 'DURATION'], cells));
    return rows;
  }
}

import { type BlueprintRow, listBlueprints } from '../../src/actions/blueprint/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class BlueprintList extends CatalystCommand<BlueprintRow[]> {
  static override summary = 'the 24 Blueprints with their charts and dependencies';
  static override examples = ['<%= config.bin %> blueprint list', '<%= config.bin %> blueprint list --json'];

  async run(): Promise<BlueprintRow[]> {
    const { context } = await this.open(BlueprintList);
    const rows = listBlueprints(await context.blueprints());
    const cells = rows.map((row) => [
      row.name,
      String(row.phase),
      row.ticket ?? '',
      `${row.chart.name} ${row.chart.version}`,
      row.namespace,
      row.dependsOn.join(', '),
    ]);
    const head = ['BLUEPRINT', 'PHASE', 'TICKET', 'CHART', 'NAMESPACE', 'DEPENDS ON'];
    context.output.page([{ table: { head, rows: cells } }]);
    return rows;
  }
}

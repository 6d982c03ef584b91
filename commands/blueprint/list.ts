import { type BlueprintRow, listBlueprints } from '../../src/actions/blueprint/list.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { textTable } from '../../src/cli/text/table.js';

export default class BlueprintList extends CatalystCommand<BlueprintRow[]> {
  static override summary = 'the 24 Blueprints with their charts and dependencies';
  static override examples = ['<%= config.bin %> blueprint list', '<%= config.bin %> blueprint list --json'];

  async run(): Promise<BlueprintRow[]> {
    const { context } = await this.open(BlueprintList);
    const rows = listBlueprints(await context.blueprints());
    context.output.print(
      textTable(
        ['Blueprint', 'Phase', 'Ticket', 'Chart', 'Namespace', 'Depends on'],
        rows.map((row) => [
          row.name,
          String(row.phase),
          row.ticket ?? '',
          `${row.chart.name} ${row.chart.version}`,
          row.namespace,
          row.dependsOn.join(', '),
        ]),
      ),
    );
    return rows;
  }
}

import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { command } from 'catalyst/support/commands/command.js';
import { type ListedLab, labList, labTable } from '../../src/start/list.js';

export default class LabList extends CatalystCommand<ListedLab[]> {
  static override summary = 'the labs on this machine, and whether each is up';
  static override examples = ['<%= config.bin %> lab list', '<%= config.bin %> lab list --json'];

  async run(): Promise<ListedLab[]> {
    const { context } = await this.open(LabList);
    const labs = await labList(context);
    if (labs.length === 0) context.output.print(`No lab. Start one with: ${command('lab up')}`);
    else context.output.page([{ table: labTable(labs) }]);
    return labs;
  }
}

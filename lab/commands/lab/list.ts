import { CatalystCommand } from 'catalyst/cli/command/base-command.js';
import { type ListedLab, labList, labListText } from '../../src/start/list.js';

export default class LabList extends CatalystCommand<ListedLab[]> {
  static override summary = 'the labs on this machine, and whether each is up';
  static override examples = ['<%= config.bin %> lab list', '<%= config.bin %> lab list --json'];

  async run(): Promise<ListedLab[]> {
    const { context } = await this.open(LabList);
    const labs = await labList(context);
    context.output.print(labListText(labs));
    return labs;
  }
}

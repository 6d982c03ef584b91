import { Flags } from '@oclif/core';
import { type JournalRepaired, repairJournal } from '../../src/actions/journal/repair.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class JournalRepair extends CatalystCommand<JournalRepaired> {
  static override summary = 'accepts a journal that is damaged or lost lines; what was proven in them is proven again';
  static override description =
    'The whole lines stay, the file as it was is kept beside it, and the journal records the repair. Restoring a backup is better.';
  static override examples = ['<%= config.bin %> journal repair --confirm omantel.omani.works'];
  static override exitCodes = [4, 5, 7, 9];
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
  };

  async run(): Promise<JournalRepaired> {
    const { flags, context } = await this.open(JournalRepair);
    const result = await repairJournal(context, flags.confirm);
    const text = result.repaired
      ? `${result.kept} lines kept${result.aside ? `; as it was: ${result.aside}` : ''}. Continue with: catalyst resume`
      : result.problem
        ? `${result.kept} whole lines would be kept`
        : `The journal is whole: ${result.kept} lines.`;
    context.output.print(text);
    return result;
  }
}

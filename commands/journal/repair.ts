import { Flags } from '@oclif/core';
import { type JournalRepaired, repairJournal } from '../../src/actions/journal/repair.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { command } from '../../src/support/commands/command.js';

export default class JournalRepair extends CatalystCommand<JournalRepaired> {
  static override summary =
    'accept a journal that is damaged or has lost lines; what those lines proved must be proven again';
  static override description =
    'Keeps the intact lines and a copy of the old file beside the journal, and records the repair in it. Restoring a backup is better.';
  static override examples = ['<%= config.bin %> journal repair --confirm omantel.omani.works'];
  static override exitCodes = [4, 5, 7, 9];
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
  };

  async run(): Promise<JournalRepaired> {
    const { flags, context } = await this.open(JournalRepair);
    const result = await repairJournal(context, flags.confirm);
    const text = result.repaired
      ? `${result.kept} lines kept${result.aside ? `; previous file: ${result.aside}` : ''}. Continue with: ${command('resume')}`
      : result.problem
        ? `${result.kept} intact lines would be kept`
        : `The journal is intact: ${result.kept} lines.`;
    context.output.print(text);
    return result;
  }
}

import { Flags } from '@oclif/core';
import { journalText, showJournal } from '../../src/actions/journal/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { JournalEntry } from '../../src/engine/journal-entry.js';

export default class JournalShow extends CatalystCommand<JournalEntry[]> {
  static override summary = 'every recorded operation; also checks the hash chain and the signed head';
  static override examples = [
    '<%= config.bin %> journal show --last 20',
    "<%= config.bin %> journal show --step '#376'",
    '<%= config.bin %> journal show --failed',
  ];
  static override exitCodes = [5, 7];
  static override flags = {
    step: Flags.string({ description: 'only this step' }),
    run: Flags.string({ description: 'only this run' }),
    failed: Flags.boolean({ description: 'only what failed or was left in doubt' }),
    last: Flags.integer({ min: 1, description: 'only the newest lines' }),
  };

  async run(): Promise<JournalEntry[]> {
    const { flags, context } = await this.open(JournalShow);
    const stateDir = await context.stateDir();
    return showJournal(stateDir, flags, (entries) =>
      context.output.print(journalText(entries) || (flags.failed ? 'Nothing failed.' : 'The journal is empty.')),
    );
  }
}

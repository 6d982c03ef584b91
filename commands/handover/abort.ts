import { Flags } from '@oclif/core';
import { abort } from '../../src/actions/handover/abort.js';
import type { HandoverDone } from '../../src/actions/handover/finalize.js';
import { handoverText } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class HandoverAbort extends CatalystCommand<HandoverDone> {
  static override summary = 'walk back a handover that has not crossed the point of no return';
  static override description =
    'Restores what was suspended on the mother and deletes what the handover created in Gitea. Stops if people committed there.';
  static override examples = [
    '<%= config.bin %> handover abort',
    '<%= config.bin %> handover abort --keep-commits ./commits',
  ];
  static override exitCodes = [5, 7, 8, 9];
  static override flags = {
    'keep-commits': Flags.directory({
      helpValue: 'DIR',
      description: 'copy the repository here first (bare, new folder), where people committed to it',
    }),
  };

  async run(): Promise<HandoverDone> {
    const { flags, context } = await this.open(HandoverAbort);
    const status = await abort(context, { keepCommits: flags['keep-commits'] });
    context.output.print(handoverText(status));
    return status;
  }
}

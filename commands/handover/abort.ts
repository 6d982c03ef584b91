import { Flags } from '@oclif/core';
import { abort } from '../../src/actions/handover/abort.js';
import type { HandoverDone } from '../../src/actions/handover/finalize.js';
import { handoverText } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { restoreZoneFlag } from '../../src/cli/command/flags.js';

export default class HandoverAbort extends CatalystCommand<HandoverDone> {
  static override summary = 'walk back a handover that has not crossed the point of no return';
  static override description =
    'Restores what was suspended on the mother and deletes what the handover created in Gitea. Stops if people committed there.';
  static override examples = [
    '<%= config.bin %> handover abort',
    '<%= config.bin %> handover abort --keep-commits ./commits',
    '<%= config.bin %> handover abort --restore-zone --confirm omantel.omani.works',
  ];
  static override exitCodes = [5, 7, 8, 9];
  static override flags = {
    'restore-zone': restoreZoneFlag,
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign, which --restore-zone needs' }),
    'keep-commits': Flags.directory({
      helpValue: 'DIR',
      description: 'if people committed to the repository, first copy it to this new folder (bare)',
    }),
  };

  async run(): Promise<HandoverDone> {
    const { flags, context } = await this.open(HandoverAbort);
    const { 'keep-commits': keepCommits, 'restore-zone': restoreZone, confirm } = flags;
    const status = await abort(context, { keepCommits, restoreZone, confirm });
    context.output.print(handoverText(status));
    return status;
  }
}

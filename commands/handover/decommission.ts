import { Flags } from '@oclif/core';
import { decommissionMother } from '../../src/actions/handover/decommission.js';
import type { HandoverDone } from '../../src/actions/handover/finalize.js';
import { handoverText } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class HandoverDecommission extends CatalystCommand<HandoverDone> {
  static override summary = 'delete what the mother still has of the Sovereign, and redirect its old address (#319)';
  static override examples = ['<%= config.bin %> handover decommission --confirm omantel.omani.works'];
  static override exitCodes = [3, 4, 5, 7, 8, 9];
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
  };

  async run(): Promise<HandoverDone> {
    const { flags, context } = await this.open(HandoverDecommission);
    const result = await decommissionMother(context, 'decommission', flags);
    context.output.print(handoverText(result));
    return result;
  }
}

import { Flags } from '@oclif/core';
import { finalizeHandover, type HandoverDone } from '../../src/actions/handover/finalize.js';
import { handoverText } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class HandoverFinalize extends CatalystCommand<HandoverDone> {
  static override summary = 'hand the Sovereign over: PREPARED to REVOKED (#317)';
  static override description =
    'ACTIVATED is the point of no return and requires confirmation first. If the run is killed at any moment, the next one detects the state and continues.';
  static override examples = ['<%= config.bin %> handover finalize --sovereign omantel --confirm omantel.omani.works'];
  static override exitCodes = [3, 4, 5, 7, 8, 9];
  static override flags = {
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
    force: Flags.string({
      helpValue: 'REASON',
      description: 'continue although prerequisites are not proven; the evidence records the reason',
    }),
  };

  async run(): Promise<HandoverDone> {
    const { flags, context } = await this.open(HandoverFinalize);
    const result = await finalizeHandover(context, flags);
    context.output.print(handoverText(result));
    return result;
  }
}

import { Flags } from '@oclif/core';
import { decommissionMother } from '../../src/actions/handover/decommission.js';
import type { HandoverDone } from '../../src/actions/handover/finalize.js';
import { handoverText } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class HandoverRedirect extends CatalystCommand<HandoverDone> {
  static override summary = "redirect the mother's /sovereign/<id> to the Sovereign (#319)";
  static override description =
    'Creates its own Ingress and Middleware, and verifies that every other path of the host stays identical byte for byte.';
  static override examples = ['<%= config.bin %> handover redirect', '<%= config.bin %> handover redirect --remove'];
  static override exitCodes = [3, 5, 7, 8, 9];
  static override flags = { remove: Flags.boolean({ description: 'remove the redirect' }) };

  async run(): Promise<HandoverDone> {
    const { flags, context } = await this.open(HandoverRedirect);
    const result = await decommissionMother(context, flags.remove ? 'remove-redirect' : 'redirect', {});
    context.output.print(handoverText(result));
    return result;
  }
}

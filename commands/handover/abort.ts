import { abort } from '../../src/actions/handover-abort.js';
import { type HandoverStatus, handoverText } from '../../src/actions/handover-status.js';
import { CatalystCommand } from '../../src/cli/base-command.js';

export default class HandoverAbort extends CatalystCommand<HandoverStatus> {
  static override summary = 'walk back a handover that is not ACTIVATED yet';
  static override examples = ['<%= config.bin %> handover abort'];
  static override exitCodes = [5, 7, 8, 9];

  async run(): Promise<HandoverStatus> {
    const { context } = await this.open(HandoverAbort);
    const status = await abort(context);
    context.output.print(handoverText(status));
    return status;
  }
}

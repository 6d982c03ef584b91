import { type HandoverStatus, handoverText, statusIfAny } from '../../src/actions/handover/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class HandoverStatusCommand extends CatalystCommand<HandoverStatus> {
  static override summary = 'the state of the handover';
  static override examples = ['<%= config.bin %> handover status --json'];
  static override exitCodes = [5, 7];

  async run(): Promise<HandoverStatus> {
    const { context } = await this.open(HandoverStatusCommand);
    const status = await statusIfAny(await context.world());
    context.output.print(handoverText(status));
    return status;
  }
}

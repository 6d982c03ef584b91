import { Flags } from '@oclif/core';
import { type AlertTested, type RoundResult, testAlert, verifyRound } from '../../src/actions/verify/round.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { roundBlocks } from '../../src/cli/text/evidence/rounds.js';

export default class VerifyRound extends CatalystCommand<RoundResult | AlertTested> {
  static override summary =
    'regular check after the handover: one umbilical scan, one round of probes, and an alert when a tether returns';
  static override description =
    "For a scheduler: it never prompts. It reads the Sovereign and the mother, signs the result and chains it to the previous verdict or round. It sends each finding to the channels of spec.alerts once when it appears, and once when it is gone. Exit 0: clean; 3: something was found, or not everything could be checked. It also works without access to the mother, if an earlier verdict recorded the mother's certificate authorities.";
  static override examples = [
    '<%= config.bin %> verify round',
    '<%= config.bin %> verify round --no-input --json',
    '<%= config.bin %> verify round --test-alert',
  ];
  static override exitCodes = [3, 4, 5, 7, 9];
  static override flags = {
    'test-alert': Flags.boolean({ description: 'only send a test alert through each channel of spec.alerts' }),
  };

  async run(): Promise<RoundResult | AlertTested> {
    const { flags, context } = await this.open(VerifyRound);
    if (!flags['test-alert']) return verifyRound(context, (result) => context.output.page(roundBlocks(result)));
    const tested = await testAlert(context);
    for (const { channel, sent } of tested.channels) if (sent) context.output.print(`${channel}: accepted`);
    return tested;
  }
}

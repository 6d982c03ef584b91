import { Flags } from '@oclif/core';
import { type AlertTested, type RoundResult, testAlert, verifyRound } from '../../src/actions/verify/round.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { roundBlocks } from '../../src/cli/text/evidence/rounds.js';

export default class VerifyRound extends CatalystCommand<RoundResult | AlertTested> {
  static override summary =
    'the day after: one umbilical scan and one look at the probes, with an alert when a tether returns';
  static override description =
    'For a scheduler: it asks nothing, reads the Sovereign and the mother, signs what it saw and chains it to the verdict or round before. What is new is sent once to the channels of spec.alerts, and once more when it is gone. Exit 0: clean; 3: something is open, or not everything could be looked at. Works without the mother, whose authorities an earlier verdict has recorded.';
  static override examples = [
    '<%= config.bin %> verify round',
    '<%= config.bin %> verify round --no-input --json',
    '<%= config.bin %> verify round --test-alert',
  ];
  static override exitCodes = [3, 4, 5, 7, 9];
  static override flags = {
    'test-alert': Flags.boolean({ description: 'only send a test by each channel of spec.alerts' }),
  };

  async run(): Promise<RoundResult | AlertTested> {
    const { flags, context } = await this.open(VerifyRound);
    if (!flags['test-alert']) return verifyRound(context, (result) => context.output.page(roundBlocks(result)));
    const tested = await testAlert(context);
    for (const { channel, sent } of tested.channels) if (sent) context.output.print(`${channel}: taken`);
    return tested;
  }
}

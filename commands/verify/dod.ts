import { Flags } from '@oclif/core';
import { type DodResult, dodText, verifyDodAlone } from '../../src/actions/verify/dod.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { duration } from '../../src/cli/command/flags.js';
import { isUnattendedLab } from '../../src/cli/prompts/confirm-walk.js';

const list = (text: string | undefined) =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean);

export default class VerifyDod extends CatalystCommand<DodResult> {
  static override summary = 'the Definition of Done: D1–D22 and W1–W13, with the kill of catalyst-api';
  static override description =
    'Stops catalyst-api on the mother for a while and cuts the Sovereign off from the mother, unless --only or --skip excludes D17 and D22; both require confirmation by name. Verdicts: PASS (exit 0), FAIL or PARTIAL (3), INVALID (10). A check that could not run never passes.';
  static override examples = [
    '<%= config.bin %> verify dod',
    '<%= config.bin %> verify dod --only D4,D5',
    '<%= config.bin %> verify dod --window 5m',
  ];
  static override exitCodes = [3, 4, 5, 7, 8, 9, 10];
  static override flags = {
    only: Flags.string({ helpValue: 'D1,D2', description: 'only these items; the verdict is then PARTIAL' }),
    skip: Flags.string({ helpValue: 'D17', description: 'without these items; the verdict is then PARTIAL' }),
    window: duration({
      description: 'how long catalyst-api stays down, from the moment the canary is red (5m; in a lab 20s)',
    }),
    confirm: Flags.string({
      helpValue: 'FQDN',
      description: 'the FQDN of the Sovereign, where something is stopped or cut off; --yes is not enough',
    }),
    reprovision: Flags.string({
      helpValue: 'FILE',
      description: 'signed bundle of a wipe-and-re-provision run, for D20',
    }),
  };

  async run(): Promise<DodResult> {
    const { flags, context } = await this.open(VerifyDod);
    const options = {
      only: list(flags.only),
      skip: list(flags.skip),
      windowMs: flags.window,
      reprovision: flags.reprovision,
      confirm: flags.confirm,
      unattended: await isUnattendedLab(context),
    };
    return verifyDodAlone(context, options, (result) => context.output.print(dodText(result)));
  }
}

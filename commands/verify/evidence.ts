import { Args, Flags } from '@oclif/core';
import { verifyEvidence } from '../../src/actions/evidence/show.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { BundleCheck } from '../../src/verification/dod/verify-bundle.js';

export default class VerifyEvidence extends CatalystCommand<BundleCheck> {
  static override summary = 'check an evidence bundle offline: signature, index, hashes, journal chain, verdict';
  static override examples = ['<%= config.bin %> verify evidence dod.tar --key evidence.pub'];
  static override exitCodes = [3];
  static override args = { file: Args.string({ required: true, description: 'the bundle (tar)' }) };
  static override flags = {
    key: Flags.string({
      required: true,
      helpValue: 'FILE',
      description: 'public key (PEM) of the Sovereign that signed it',
    }),
  };

  async run(): Promise<BundleCheck> {
    const { args, flags, context } = await this.open(VerifyEvidence);
    const check = await verifyEvidence(args.file, flags.key);
    context.output.print([...check.checks, `${check.verdict}  ${check.fqdn}  ${check.at}`].join('\n'));
    return check;
  }
}

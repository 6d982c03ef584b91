import { Flags } from '@oclif/core';
import { type Accepted, acceptProtected } from '../../src/actions/accept-protected.js';
import { type ProtectedResult, verifyProtected } from '../../src/actions/verify/scans.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { differencesText } from '../../src/mother/fingerprint/protected-before.js';

export default class VerifyProtected extends CatalystCommand<ProtectedResult | Accepted> {
  static override summary = 'check that the SME demos are as they were before the first change on the mother';
  static override description =
    'Read-only unless --accept is given, which makes the current state the baseline of later comparisons; the journal records who accepted what.';
  static override examples = [
    '<%= config.bin %> verify protected',
    '<%= config.bin %> verify protected --accept --dry-run',
    '<%= config.bin %> verify protected --accept --confirm omantel.omani.works',
  ];
  static override exitCodes = [3, 4, 5, 7, 9];
  static override flags = {
    accept: Flags.boolean({ description: 'list the differences, and accept them once you type the FQDN' }),
    confirm: Flags.string({
      helpValue: 'FQDN',
      description: 'the FQDN of the Sovereign; --yes is not enough',
      dependsOn: ['accept'],
    }),
  };

  async run(): Promise<ProtectedResult | Accepted> {
    const { flags, context } = await this.open(VerifyProtected);
    if (flags.accept) {
      const result = await acceptProtected(context, flags.confirm);
      const many = differencesText(result.differences);
      context.output.print(result.accepted ? `Accepted: ${many}.` : `${many}; nothing was accepted.`);
      return result;
    }
    const result = await verifyProtected(context);
    context.output.print(`${result.objects} objects and ${result.pages.length} pages as they were at ${result.since}`);
    return result;
  }
}

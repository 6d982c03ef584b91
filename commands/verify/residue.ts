import { requireClean, scanText, verifyResidue } from '../../src/actions/verify-scans.js';
import { CatalystCommand } from '../../src/cli/base-command.js';
import type { ScanResult } from '../../src/verify/look.js';

export default class VerifyResidueCommand extends CatalystCommand<ScanResult> {
  static override summary = 'what the mother still holds of the Sovereign';
  static override description =
    'Runs a short Job on the mother and holds her meanwhile; otherwise it only reads. A place that could not be looked at is a failure, not a zero.';
  static override examples = ['<%= config.bin %> verify residue'];
  static override exitCodes = [3, 4, 5, 7, 9];

  async run(): Promise<ScanResult> {
    const { context } = await this.open(VerifyResidueCommand);
    const scan = await verifyResidue(context);
    context.output.print(scanText(scan));
    requireClean(scan, 'The mother still holds state of the Sovereign');
    return scan;
  }
}

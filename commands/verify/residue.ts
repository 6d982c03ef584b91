import { type PlannedScan, requireClean, scanText, verifyResidue } from '../../src/actions/verify/scans.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class VerifyResidueCommand extends CatalystCommand<PlannedScan> {
  static override summary = 'what the mother still holds of the Sovereign';
  static override description =
    "Reads both clusters, DNS and the pool. Meanwhile holds the mother's Lease and runs a short Job there that mounts catalyst-api's claim read-only; --dry-run only lists these changes. A place that cannot be read counts as a failure, never as empty.";
  static override examples = ['<%= config.bin %> verify residue'];
  static override exitCodes = [3, 4, 5, 7, 9];

  async run(): Promise<PlannedScan> {
    const { context } = await this.open(VerifyResidueCommand);
    const scan = await verifyResidue(context);
    if (scan.mutations) return scan;
    context.output.print(scanText(scan, context.options));
    requireClean(scan, 'The mother still holds state of the Sovereign');
    return scan;
  }
}

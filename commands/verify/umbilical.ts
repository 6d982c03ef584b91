import { type PlannedScan, requireClean, scanText, verifyUmbilical } from '../../src/actions/verify/scans.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class VerifyUmbilicalCommand extends CatalystCommand<PlannedScan> {
  static override summary = 'every reference from the Sovereign to the mother';
  static override description =
    'Reads the Sovereign, its Git and its DNS. On a real Sovereign, a short Job on each node also reads which hosts its files name; --dry-run lists these Jobs and runs none. A place that cannot be read counts as a failure, never as empty.';
  static override examples = ['<%= config.bin %> verify umbilical'];
  static override exitCodes = [3, 4, 5, 7, 9];

  async run(): Promise<PlannedScan> {
    const { context } = await this.open(VerifyUmbilicalCommand);
    const scan = await verifyUmbilical(context);
    if (scan.mutations) return scan;
    context.output.print(scanText(scan, context.options));
    requireClean(scan, 'The Sovereign still refers to the mother');
    return scan;
  }
}

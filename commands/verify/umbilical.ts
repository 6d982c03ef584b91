import { type PlannedScan, requireClean, scanText, verifyUmbilical } from '../../src/actions/verify/scans.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class VerifyUmbilicalCommand extends CatalystCommand<PlannedScan> {
  static override summary = 'every reference from the Sovereign to the mother';
  static override description =
    'Reads the Sovereign, its Git and DNS. A real one has files on its nodes: a short Job on each reads which hosts they name; --dry-run only lists these Jobs. A place that could not be read is a failure, not a zero.';
  static override examples = ['<%= config.bin %> verify umbilical'];
  static override exitCodes = [3, 4, 5, 7, 9];

  async run(): Promise<PlannedScan> {
    const { context } = await this.open(VerifyUmbilicalCommand);
    const scan = await verifyUmbilical(context);
    if (scan.mutations) return scan;
    context.output.print(scanText(scan));
    requireClean(scan, 'The Sovereign still refers to the mother');
    return scan;
  }
}
